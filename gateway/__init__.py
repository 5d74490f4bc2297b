"""The gateway: takes in what nodes measure, keeps it, and shows it to people and programs."""
