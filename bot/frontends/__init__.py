"""Where people meet the coach. A front end translates and decides nothing."""
