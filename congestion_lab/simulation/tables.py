"""The result tables that every engine fills. Times are seconds since midnight; NaN where something never happened."""

from congestion_lab.core.tables import contract

INTERVAL_S = 60.0  # length of the intervals of LINK_INTERVALS: no longer than one cycle

TRIPS = contract(
    "trips",
    ("vehicle_id", "string", "the vehicle's id in the demand"),
    ("vehicle_class", "string", "its type in the demand"),
    ("demanded_s", "float64", "when the demand asks it to depart"),
    ("departed_s", "float64", "when it entered the network; NaN if it never did"),
    ("arrived_s", "float64", "when it reached its destination; NaN if it did not by the horizon"),
    ("depart_delay_s", "float64", "wait outside the network, up to the horizon"),
    ("time_loss_s", "float64", "time lost against driving freely, up to the horizon"),
    ("duration_s", "float64", "time spent in the network, up to the horizon"),
    ("waiting_s", "float64", "time spent standing in the network"),
    ("stops", "float64", "number of times it came to a stop"),
    ("distance_m", "float64", "distance driven"),
)

EMISSIONS = contract(
    "emissions",
    ("vehicle_id", "string", "the vehicle's id in the demand"),
    ("co2_g", "float64", "carbon dioxide emitted"),
    ("nox_g", "float64", "nitrogen oxides emitted"),
    ("fuel_g", "float64", "fuel burnt"),
)

LINKS = contract(
    "links",
    ("link_id", "string", "link of the network"),
    (
        "vehicles",
        "float64",
        "vehicles that came onto the link, from upstream or by departing there, in the analysed period",
    ),
    ("entered", "float64", "vehicles that entered it from upstream"),
    ("sampled_s", "float64", "vehicle-seconds spent on it"),
    ("speed_mps", "float64", "space-mean speed; NaN without vehicles"),
    ("time_loss_s", "float64", "vehicle-seconds lost on it"),
    ("waiting_s", "float64", "vehicle-seconds spent standing on it"),
    ("density_vpkm", "float64", "vehicles per kilometre of link"),
    ("mean_queue_m", "float64", "mean length of the queue from the stop line"),
    ("max_queue_m", "float64", "longest queue from the stop line"),
    ("spillback_share", "float64", "share of the period in which the queue filled the link"),
)

MOVEMENTS = contract(
    "movements",
    ("from_link", "string", "inbound link"),
    ("to_link", "string", "outbound link"),
    ("vehicles", "float64", "vehicles that made the movement in the analysed period, or still queue for it at its end"),
    ("delay_s", "float64", "mean time on the inbound link, or waiting to enter it, beyond free flow, per vehicle"),
)

LINK_INTERVALS = contract(
    "link_intervals",
    ("link_id", "string", "link of the network"),
    ("begin_s", "float64", "start of the interval; intervals follow one another from the start of the analysed period"),
    ("end_s", "float64", "its end; the last one may be shorter"),
    ("vehicles", "float32", "vehicles that came onto the link, from upstream or by departing there"),
    ("sampled_s", "float32", "vehicle-seconds spent on it; a link that nobody was on has no row"),
    ("speed_mps", "float32", "space-mean speed; NaN without vehicle-seconds"),
    ("time_loss_s", "float32", "vehicle-seconds lost on it"),
    ("waiting_s", "float32", "vehicle-seconds spent standing on it"),
)

PASSAGES = contract(
    "passages",
    ("vehicle_id", "string", "the vehicle's id in the demand"),
    ("link_id", "string", "link that it drove over in the analysed period, in the order of its route"),
    ("entered_s", "float64", "when it came onto the link, from upstream or by departing there"),
    (
        "left_s",
        "float64",
        "when it passed the link's end or arrived on it; NaN if it was still there when the run ended",
    ),
)

DISPLAYS = contract(
    "displays",
    ("controller_id", "string", "signal controller"),
    ("begin_s", "float64", "when it began to show this, up to its next row; the first one at the start of the run"),
    ("plans", "string", "whose plans ran: `before` the changeover or `after` it"),
    ("aspects", "string", "what each head showed, by index, separated by blanks"),
)
