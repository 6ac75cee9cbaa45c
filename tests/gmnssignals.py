"""GMNS signal tables of one intersection with two rings, written by hand."""

from collections.abc import Mapping
from pathlib import Path

FILES: Mapping[str, str] = {
    "signal_controller.csv": "controller_id\nc1\n",
    "signal_timing_plan.csv": """\
timing_plan_id,controller_id,time_day,cycle_length
am,c1,01111100_0700_0900,80
""",
    "signal_timing_phase.csv": """\
timing_phase_id,timing_plan_id,signal_phase_num,min_green,max_green,clearance,opt_yellow,opt_all_red,walk_time,ped_clearance,ring,barrier,position
p1,am,1,8,NaN,4,3,1,,NaN,1,1,1
p2,am,2,33,,5,3.5,1.5,7,11,1,1,2
p4,am,4,25,,5,3,2,,,1,2,1
p6,am,6,45,,5,3.5,1.5,7,11,2,1,1
""",
    "signal_phase_mvmt.csv": """\
signal_phase_mvmt_id,timing_phase_id,mvmt_id,link_id,protection
1,p1,wl,,protected
2,p2,et,,protected
3,p4,nl,,protected
4,p4,nr,,permitted
5,p6,wt,,protected
6,p6,wl,,permitted
7,p2,,n,
8,p6,nr,,rtor
""",
    "signal_coordination.csv": """\
coordination_id,timing_plan_id,controller_id,coord_phase,coord_ref_to,offset
1,am,c1,2,begin_of_yellow,50
""",
    "movement.csv": """\
mvmt_id,node_id,ib_link_id,ob_link_id,type,mvmt_code,ctrl_type
et,x,w,e,thru,EBT,signal
er,x,w,s,right,EBR,yield
wt,x,e,w,thru,WBT,signal
wl,x,e,s,left,WBL,signal
nl,x,s,w,left,NBL,signal
nr,x,s,e,right,NBR,signal
""",
    "node.csv": """\
node_id,name,x_coord,y_coord,ctrl_type
x,Hijaz,36.2923,33.5106,signal
1,,36.2890,33.5106,
2,,36.2956,33.5106,
3,,36.2923,33.5080,
""",
    "link.csv": """\
link_id,name,from_node_id,to_node_id,directed,lanes,free_speed
w,Main,1,x,false,2,50
e,Main,x,2,false,2,50
s,Side,3,x,false,1,40
""",
}


def written(folder: Path, **changed: str) -> Path:
    """Return the folder with the tables; content is given by a file's name without its ending, "" to leave it out."""
    folder.mkdir(exist_ok=True)
    for name, text in FILES.items():
        content = changed.get(name.removesuffix(".csv"), text)
        if content:
            (folder / name).write_text(content, encoding="utf-8")
        else:
            (folder / name).unlink(missing_ok=True)
    return folder
