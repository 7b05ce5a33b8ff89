"""What goes in and out of the API about circles. Ids are prefixed; amounts are whole minor units with a currency."""
