"""Problems from elsewhere: public instance files read, scenarios generated."""
