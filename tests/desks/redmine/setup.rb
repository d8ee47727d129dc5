# Run by `rails runner`: REST interface on, files to 100 KB, administrator's password, private project "desk" with issues, a user
# outside of it. Prints the API keys of both.
Setting.rest_api_enabled = '1'
Setting.attachment_max_size = '100'
admin = User.where(admin: true).first
admin.password = admin.password_confirmation = ENV.fetch('DESK_PASSWORD')
admin.must_change_passwd = false
admin.save!(validate: false)
Project.find_by(identifier: 'desk') ||
  Project.create!(name: 'desk', identifier: 'desk', is_public: false, trackers: Tracker.all.to_a, enabled_module_names: ['issue_tracking'])
guest = User.find_by_login('guest') || User.new(firstname: 'G', lastname: 'G', mail: 'guest@desk.invalid', language: 'en')
guest.login = 'guest'
guest.password = guest.password_confirmation = ENV.fetch('DESK_PASSWORD')
guest.save!
puts admin.api_key, guest.api_key
