#!/usr/bin/env bash
# start.sh DIR: a mail server on SMTP_PORT that takes everything; each mail is a file under DIR/mail/new.
source "$(dirname "$0")/../settings.sh"
need_dir "$@"
exec "$TOOLS/smtp/bin/python" -m aiosmtpd -n -l "127.0.0.1:$SMTP_PORT" -c aiosmtpd.handlers.Mailbox "$DIR/mail"
