"""The itinerary: activities, planned for a day or still ideas."""
