"""Files that people take away: tables as PDF, the book of a course, and lectures as a calendar."""
