"""What models take and give, as forms and as people see it."""
