"""What the demo's engagements say, in every language of the platform: English, Welsh, Arabic."""
