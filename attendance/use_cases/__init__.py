"""What people and machines do with attendance, one file a verb. Each takes the services first."""
