"""Better signal plans: what may be searched, how, the study around a search, and studies as they stand in a folder."""
