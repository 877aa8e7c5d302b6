"""The pieces of pages: what is behind the components in templates/cotton. No piece asks the database anything."""
