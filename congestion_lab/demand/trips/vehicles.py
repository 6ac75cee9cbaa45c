"""Vehicle classes: how long they are, how they drive, and how many passenger cars they count for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VehicleClass:
    """One class of vehicles.

    Attributes:
        id: Unique id.
        shape: What kind of vehicle it is: passenger, taxi, delivery, bus, truck, motorcycle.
        pcu: Passenger cars that it counts for at a saturated green.
        length_m: Length.
        min_gap_m: Gap to the vehicle ahead when standing.
        accel_mps2: Acceleration.
        decel_mps2: Comfortable deceleration.
        sigma: Driver imperfection, 0 to 1 (Krauss 1998).
        tau_s: Time headway that the driver keeps.
        speed_factor: Mean and standard deviation of driven over allowed speed.
    """

    id: str
    shape: str
    pcu: float
    length_m: float
    min_gap_m: float
    accel_mps2: float
    decel_mps2: float
    sigma: float
    tau_s: float
    speed_factor: tuple[float, float]
