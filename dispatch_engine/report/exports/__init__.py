"""Problems and plans as files of other programs: tables, maps, calendars."""
