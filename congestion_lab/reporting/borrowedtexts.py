"""What rooms below say in English and a report repeats, as templates: here only to be put into the catalogue.

A test compares them with the sources that they come from.
"""


def N_(message: str) -> str:  # noqa: N802 -- gettext's name for what is extracted here and translated elsewhere
    """Return a message as it is."""
    return message


INDICATORS = (
    N_("Mean delay per demanded vehicle"), N_("Total travel time"), N_("Mean travel time"),
    N_("95th percentile travel time"), N_("Mean speed"), N_("Stops per vehicle"), N_("Standing time per vehicle"),
    N_("Demanded vehicles"), N_("Completed vehicles"), N_("Vehicles still driving at the end"),
    N_("Vehicles that could not enter"), N_("Travel time index"), N_("Planning time index"), N_("Buffer index"),
    N_("Longest queue"), N_("Links with spillback"), N_("Carbon dioxide, total"),
    N_("Nitrogen oxides, total"), N_("Fuel, total"), N_("Carbon dioxide per kilometre"),
    N_("Vehicles moved by force"), N_("Collisions"), N_("Unserved vehicles"),
    N_("s"), N_("h"), N_("m"), N_("kg"), N_("km/h"), N_("g/km"),
)  # fmt: skip

RUNS = (
    N_("{routed} vehicles without routes take the fastest way on empty roads; SUMO sends them around queues"),
    N_("{number} {what} are left out: travellers and goods, and vehicles that wait for them, are not modelled"),
    N_("the type {name} follows others by Krauss's model with the settings of its {model}"),
    N_("{beside} stops beside the road are taken as stops on it"),
    N_("{passed} points that are to be passed at a given speed are left out"),
)

DAMASCUS = (
    N_(
        "This road network is a model compiled from public facts, no survey: numbers of lanes, speed limits, many "
        "directions and the form of junctions are assumed."
    ),
    N_(
        "Which junctions of Damascus have signals, and how these are set, is published nowhere: sites, phases, cycles, "
        "splits and offsets of the present plans are assumed."
    ),
    N_(
        "An improvement over assumed present plans shows what the method does; it is no forecast of what Damascus "
        "would gain."
    ),
    N_(
        "The demand is a model too: no trip survey, count or matrix of the city is published; every figure is named "
        "with its source or as assumed in the files of demand/ of the network."
    ),
)

SEARCH = (
    N_("the time is used up"),
    N_("the simulations are used up"),
    N_("no further plan was found nearby"),
    N_("the fast engine ranks plans hardly better than chance here, so SUMO judged small steps instead"),
    N_("{fruitless} rounds in a row found no better plan, so nothing more is to be expected"),
    N_("the fast engine has no further plan to propose"),
    N_("present"), N_("webster"), N_("equal saturation"), N_("left to the traffic, actuated"), N_("progression"),
    N_("least HCM delay"), N_("phases of least HCM delay"), N_("fast engine"), N_("round {round}"), N_("{cycle} s"),
    N_("fixed"), N_("actuated"),
)  # fmt: skip

CALIBRATION = (
    N_("Every link on which trips begin or end is taken as a zone of its own: {why}."),
    N_("the demand comes without zones"),
    N_("the demand of an area has no zones, as trips enter it anywhere"),
    N_("{folder} holds the vehicles of the demand model {model}, but not {file}.yaml and its zones"),
    N_("Saturation headways observed: {seen}. Time gaps were multiplied by {factor}."),
    N_("{headway} s on {link}"),
    N_("No estimate met the counts better than the prior: the vehicles are those of the scenario."),
    N_("The estimate had not settled after {rounds} simulations: the best of them is taken."),
    N_("{jams} of {runs} runs of the fast engine jammed: counts behind it come out too low."),
    N_("{jams} of {runs} runs of SUMO jammed: counts behind it come out too low."),
    N_("No link was held out, so nothing here was predicted: `--hold-out 0.2` keeps a fifth of the links aside."),
    N_("{zones} zones and {share} of the vehicles, by pair, pass no count: they follow the prior."),
    N_("Of {hardly} of {zones} zones the counts tell hardly anything but what is common to all (zones.csv)."),
    N_("Scenario"), N_("Digest of the prior"), N_("Counts"), N_("Settings"), N_("Errors of the prior"), N_("Rounds"),
    N_("Versions"), N_("{vehicles} vehicles, misfit {misfit}"),
    N_("prior"), N_("calibrated"), N_("SUMO"),
    N_("{scenario}: {count} new cameras"),
    N_("{flow} of vehicles, {pairs} of pairs"),
)  # fmt: skip

MAPS = (
    N_("{length} m of street {what}: {names}"),
    N_("are not in the network, though they touch it"),
    N_("touch the network nowhere and are not in it"),
    N_("reach the edge of the map, touch the network nowhere and are not in it"),
    N_("way {id} ({kind} {name})"),
    N_("way {id} ({kind})"),
    N_("way {id}"),
    N_("relation {name}"),
    N_("{first} and {count} more"),
    N_("{names} and more"),
    N_("{length} m cannot be reached from the network or do not lead back to it; taken out{more}"),
    N_(" (with {count} more links)"),
    N_("is a two-way road of one lane; each direction has a lane at 15 km/h, together about one lane's capacity"),
    N_("is a mapped signal {where}, with no junction within reach; it is not in the network"),
    N_("at the edge of the map"),
    N_("between junctions"),
    N_("is the junction of a mapped signal, but {what}"),
    N_("the junction is no junction of the network"),
    N_("nothing is controlled there"),
    N_("is a guessed signal: large roads cross here, but the map shows no signal"),
    N_("joins two junctions that are {gap} m apart: nodes {nodes}"),
    N_("and {other} are one-ways of one street that {end} at node {street}"),
    N_("meet head on"),
    N_("part"),
    N_("has {text}, which cannot be read; the usual of its class is taken"),
    N_("lacks {count} points in the extract; its longest part is in the network"),
    N_("is named by an edit, but {reason}"),
    N_("has no safe plan: {what}"),
    N_("({kind}, from way {from_way}) leads over a way, which netconvert cannot read"),
    N_("({kind}, from way {from_way}) holds in the middle of its way and does not say which way"),
    N_("{message}; it is dropped"),
    N_("{message}; one was chosen"),
    N_("({kind}, from way {from_way} into way {to_way}) is not kept by the network"),
    N_("{count} turn restrictions of the map cannot be read: {names}"),
    N_("cannot be reached from the main part of the network"),
    N_("leads to no way back into the main part of the network"),
    N_("ends at {node} and nothing leads on"),
    N_("nothing leads into it from {node}"),
    N_("lanes {names} of {count} lead nowhere"),
    N_("has a limit of {speed} km/h"),
    N_("is {length} m long"),
    N_("turns by {angle} degrees"),
    N_("lies on {other} for {length} m"),
    N_("crosses {other} without a junction"),
    N_("has no lane of its own for turning left at signal {controller}"),
)

ROADS = (
    N_("motorway"), N_("motorway_link"), N_("trunk"), N_("trunk_link"), N_("primary"), N_("primary_link"),
    N_("secondary"), N_("secondary_link"), N_("tertiary"), N_("tertiary_link"), N_("unclassified"),
    N_("residential"), N_("living_street"), N_("service"),
)  # fmt: skip

RULES = (
    N_("against neighbours"), N_("close junctions"), N_("connected"), N_("cut ways"), N_("dead ends"),
    N_("disconnected"), N_("edits lost"), N_("one lane two way"), N_("overlapping"), N_("restrictions dropped"),
    N_("restrictions unread"), N_("sharp bends"), N_("short links"), N_("signals guessed"), N_("signals lost"),
    N_("speeds"), N_("tags unclear"), N_("turn lanes"), N_("unreachable"), N_("unsafe plans"),
    N_("vanishing lanes"),
)  # fmt: skip

IMPORTS = (
    N_("{lacking} of {all} ways have no number of lanes on the map; that of their class is assumed."),
    N_("{lacking} of {all} ways have no speed limit on the map; that of their class is assumed."),
    N_("No map tells signal timings: each signal starts with an assumed fixed plan of {cycle} s or longer."),
    N_("Each signal starts with an assumed fixed plan of {cycle} s or longer."),
    N_("{count} groups of junctions were made one because no car finds room to stand between them."),
    N_("The map shows no signal at all, so signals are guessed where large roads cross; each is listed."),
    N_("The map shows no signal, and none was guessed."),
    N_("Two-way roads of one lane have a lane each way at 15 km/h, together about one lane's capacity."),
    N_("{count} repairs were tried and undone, because they brought more errors than they removed."),
    N_("The net is used as it was given: roads, signals and their timings are whoever's who made it."),
    N_("points are not in the extract"),
    N_("service road"),
    N_("way for people on foot or bicycles"),
    N_("closed to the public or to cars"),
    N_("area"),
    N_("link not for cars"),
    N_("link that cannot be reached or left"),
    N_("yes"),
    N_("no"),
    N_("unknown"),
)

REPAIRS = (
    N_("check the direction on the spot; correct it with `roads: [{way: …, direction: …}]`"),
    N_("make them one with `joins: [{nodes: […]}]`, or keep them if vehicles do stop in between"),
    N_("check one-ways and turn bans around it; open one with an edit"),
    N_("nothing, if the place is at the edge; else export the area with all points of its ways"),
    N_("check whether the street goes on, or open the other direction with `direction: both`"),
    N_("a larger extract keeps what its edge cuts off; else draw the junction, or say `closed: true`"),
    N_("look what took its place on the map and change the edit, or delete it"),
    N_("say `lanes: 1` if two cars can pass, `direction: forward` if it is a one-way"),
    N_("check bridge, tunnel and layer of both on the map, or draw the missing junction"),
    N_("forbid the turn with `turns: [{from_way: …, via: …, to_way: …, allowed: false}]`"),
    N_("correct the relation on the map, or write the ban as an edit under `turns`"),
    N_("look at the place; if the line is a slip, straighten it on the map"),
    N_("join the two junctions with `joins: [{nodes: […]}]` if they are one place"),
    N_("confirm it with `signals: [{node: …, signal: true}]` or refuse it with `signal: false`"),
    N_("if it does control a junction, say which with `signals: [{node: …, signal: true}]`"),
    N_("give the limit with `roads: [{way: …, speed_kmh: …}]`"),
    N_("give lanes or speed with `roads: [{way: …, lanes: …, speed_kmh: …}]`"),
    N_("if there is a left-turn lane, tag turn:lanes on the map or give one more lane with an edit"),
    N_("check one-ways and turn bans around it; open one with an edit, and it comes back"),
    N_("write a plan by hand and check it with `congestion-lab plan check`"),
    N_("give the number of lanes with `roads: [{way: …, lanes: …}]`"),
)

SETTINGS = (
    N_("metres, by the zone the map lies in, so that lengths are true"),
    N_("points that only bend a street or change nothing become its shape: fewer links"),
    N_("points closer than that are slips of the hand and make kinks"),
    N_("a crossing of divided roads is one junction, not four that block each other"),
    N_("carriageways of city arterials lie up to that far apart"),
    N_("a joined junction names all its nodes, so that edits and checks find them"),
    N_("many rings are drawn without the tag; traffic in them has the right of way"),
    N_("squares of the region have rings of up to 380 m diameter"),
    N_("links to trunk roads get their acceleration lanes"),
    N_("on trunk roads (80 km/h and more) only; primary roads have no ramps"),
    N_("what joins at less than 75 km/h is the ramp"),
    N_("lanes are used as the arrows on them say; netconvert ignores them by default"),
    N_("signals are placed on junctions before, so that none has to be discarded"),
    N_("same reason; netconvert's way needs a signal on every entry"),
    N_("signals of one crossing run under one controller"),
    N_("divided arterials with a wide median still are one crossing"),
    N_("every head has an index of its own, so that plans can be told apart"),
    N_("fixed time, the control that every controller knows"),
    N_("U-turns at every junction are neither legal nor usual"),
    N_("the model carries motor traffic"),
    N_("a street that meets no other carries nobody"),
    N_("what does not touch the network cannot be driven to"),
    N_("corners drawn round, as they are built"),
    N_("paths across junctions drawn as they are driven"),
    N_("nobody takes a corner at the street's limit (SUMO's own figure)"),
    N_("reports name streets"),
    N_("each lane keeps the ids of its ways: edits and checks go by them"),
    N_("needed for the next"),
    N_("the Arabic name, and whether a road is a bridge or a tunnel"),
    N_("a map without a single signal leaves the large crossings to chance"),
    N_("sum of the limits of entering lanes, m/s: two roads of two lanes each way"),
    N_("junctions are joined before"),
)

CERTIFICATES = (
    N_("The plan has an intersection, and the intersection a plan"),
    N_("Every movement belongs to a group, and every group gets green"),
    N_("Greens begin and end at known seconds of the cycle"),
    N_("Stages and rings add up to the cycle, and meet at barriers"),
    N_("Conflicting movements never have protected green together"),
    N_("Who must give way never has protected green against a green"),
    N_("Straight movements never have green across others or people"),
    N_("Yellow lets drivers stop or pass at the approach speed"),
    N_("Between conflicting greens the conflict area empties"),
    N_("Who has stepped off the kerb gets across"),
    N_("A green is long enough to be seen and used"),
    N_("People on foot get time to start"),
    N_("No phase is shorter than the plan itself states"),
    N_("A leg without a pedestrian signal can be crossed in one go"),
    N_("The cycle is one that controllers and people take"),
    N_("completeness"),
    N_("the plan"),
    N_("CERTIFIED: the one controller meets every rule."),
    N_("CERTIFIED: each of the {count} controllers meets every rule."),
    N_("NOT CERTIFIED: there is no plan."),
    N_("NOT CERTIFIED: the one controller breaches a rule or cannot be judged. Not for use in a controller."),
    N_("NOT CERTIFIED: none of the {count} controllers meets every rule. Not for use in a controller."),
    N_("NOT CERTIFIED: 1 of {all} controllers breaches a rule or cannot be judged. Not for use in a controller."),
    N_("NOT CERTIFIED: {failing} of {all} controllers breach a rule or cannot be judged. Not for use in a controller."),
    N_("the plan has no intersection, so that nothing can be judged"),
    N_("the intersection has no plan"),
    N_("signal head {index} belongs to no group"),
    N_("group {group} never gets green"),
    N_("heads {first} and {second} cross and both show protected green in interval {number}"),
    N_("head {first} shows protected green in interval {number} but must give way to head {second}"),
    N_("heads {first} and {second} meet from the side or straight on, both green in interval {number}"),
    N_("the phase at interval {number} lasts {lasting} s; the plan states {least} s or more"),
    N_("group {group} never gets green; it goes by the rules of the road"),
    N_("group {group} goes on red after a stop, which is known for right turns only"),
    N_("group {first} turns left and loses its green while group {second} keeps it; only signs warn of that"),
    N_("groups {first} and {second} meet while both are green; the road model does not say who yields"),
    N_("traffic of several links leads into one, yet the intersection names no conflict at all"),
    N_("group {group} flashes or is dark during the cycle, so that the rules of the road decide"),
    N_("group {first} goes straight on but has to yield to group {second}; only signs say so"),
    N_("group {first} turns right into traffic of group {second} from the side; only signs say who yields"),
    N_("group {group} has a signal head of which the intersection does not say what it releases"),
    N_("{control} control: greens vary and may be left out; judged are the shortest ones, in this order"),
    N_("{shown} s; never more than {most} s"),
    N_("the way to be cleared is not known"),
    N_("clearing {way} m takes {red} s of red; an all-red is usually at most {most} s"),
    N_("nothing held group {group} at its stop line, so that it may wait before the conflict area"),
    N_("the signals never change"),
    N_("at least {least} s, at most {most} s"),
    N_("; traffic makes it {shortest} to {longest} s"),
    N_("no width of a leg is known; write the plan file anew from a network with lanes"),
    N_("{street}, {width} m wide"),
    N_("{width} m wide"),
    N_("; group {group} turns right all the time and has to give way"),
    N_("; group {group} never stops, so that gaps in its traffic decide"),
    N_("the plan is no single row of stages: its phases jump, or run in rings of another program"),
    N_("single ring of {count} stages: {greens} s, intergreens {cleared} s"),
    N_("ring {number}"),
    N_("barrier {number}"),
)

DAMAGES = (
    N_("{path} cannot be read ({reason})"),
    N_("{path} is no plain file; it is not read"),
    N_("{path} leaves the folder {root}; it is not read"),
    N_("{path} is larger than {size} MB; it is not read"),
    N_("{path} is damaged ({reason})"),
    N_("{path} is damaged (no JSON from line {line} on)"),
    N_("{path} is damaged ({reason}); simulate again"),
    N_("{path} is damaged ({reason}); remove the folder and run again"),
    N_("{path} is damaged ({reason}); run `optimize` again"),
    N_("{path} is damaged ({reason}); run `optimize` again, finished runs are kept"),
    N_("{path} is damaged ({reason}); {remedy}"),
    N_("{path} is damaged (it names no runs); simulate again"),
    N_("{path} names more than {most} runs; it is not read"),
    N_("{path} is damaged (it holds nothing by name); run `optimize` again"),
    N_("a run of {folder} is damaged ({reason}); simulate again"),
    N_("a file of {folder} is damaged ({reason}); run `optimize` again"),
    N_("{path} is missing; {remedy}"),
    N_("{path} is missing; run `optimize` again, finished runs are kept"),
    N_("{path} is missing: the study is not finished; run `optimize` again"),
    N_(
        "{path} is missing, the network of these runs; put it back, or make the runs by the same command again: areas "
        "are then cut anew, and finished runs are kept"
    ),
    N_("remove the folder {folder} and run again"),
    N_("{folder} holds no runs ({file} is missing); make some with `simulate`"),
    N_("{folder} holds no finished run ({file} is missing); simulate again"),
    N_("{path} was written in run-set format {found}; this version reads format {wanted}"),
    N_("{folder} was written in run format {found}; this version reads format {wanted}"),
    N_("{rule}. Simulate again"),
    N_("{rule}. Use another folder (-o), or remove this one and run again"),
    N_("no run of {label} was finished, so there is nothing to report"),
    N_(
        "no seed was finished on both sides ({before}: {seeds}; {after}: {others}), so nothing can be compared; "
        "simulate both on the same seeds"
    ),
    N_("check the path and that the file is complete"), N_("there is no such file"), N_("check the path"),
    N_("cannot be read: {reason}"),
    N_("no well-formed XML: {reason}"), N_("is this the right file?"),
    N_("cannot be unpacked: {reason}"), N_("fetch or pack the file again"),
    N_("the file cannot be read: {reason}"), N_("the file is no JSON: {reason}"),
    N_("the plan file has format {written}; this program reads format {known}"),
    N_("write the plan anew with this version of the program"),
)  # fmt: skip

FAILURES = (
    N_("{program} ended with code {code}"),
    N_("the simulation took longer than {seconds} s"),
    N_("{program} took longer than {seconds} s"),
    N_("the worker process died {times} times during this run"),
)

SYSTEM = (
    N_("No such file or directory"), N_("Permission denied"), N_("Is a directory"), N_("Not a directory"),
    N_("Too many levels of symbolic links"), N_("Input/output error"),
)  # fmt: skip

TEXTS = (
    *INDICATORS, *RUNS, *DAMASCUS, *SEARCH, *CALIBRATION, *MAPS, *ROADS, *RULES, *IMPORTS, *REPAIRS, *SETTINGS,
    *CERTIFICATES, *DAMAGES, *FAILURES, *SYSTEM,
)  # fmt: skip
