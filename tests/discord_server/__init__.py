"""A Discord of the tests own, and a coach that answers predictably."""
