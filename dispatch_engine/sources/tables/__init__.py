"""Problems from tables: CSV files and workbooks, read by column names or by a mapping file."""
