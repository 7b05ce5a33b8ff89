"""Stories of people in real browsers, on one platform that is up for all of them."""
