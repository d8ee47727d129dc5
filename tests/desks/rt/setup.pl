#!/usr/bin/perl
# setup.pl PASSWORD: sets root's password; prints an API token of root, and one of a user who may do nothing.
use strict;
use warnings;
use lib '/usr/share/request-tracker5/lib';
use RT;
RT::LoadConfig();
RT::Init();

sub token {
    my ($user) = @_;
    my $token = RT::AuthToken->new(RT::CurrentUser->new(RT->SystemUser));
    my ($ok, $message, $secret) = $token->Create(Owner => $user->Id, Description => 'tests');
    die "no token: $message\n" unless $ok;
    return $secret;
}

my $root = RT::User->new(RT->SystemUser);
$root->Load('root');
$root->SetPassword($ARGV[0]);
my $guest = RT::User->new(RT->SystemUser);
my ($ok, $message) = $guest->Create(Name => 'guest', Password => $ARGV[0], EmailAddress => 'guest@desk.invalid', Privileged => 0);
die "no guest: $message\n" unless $ok;
print token($root), "\n", token($guest), "\n";
