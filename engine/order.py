"""An order of hits by a property with numbers or dates."""

from dataclasses import dataclass

from engine.vocabulary import chosen_property


@dataclass(frozen=True)
class PropertyOrder:
    """The order of hits by a property with numbers or dates; those without any come last."""

    property: str
    descending: bool = True

    def __post_init__(self) -> None:
        """Writes the property as FtM does; raises BadInput for one without numbers or dates."""
        object.__setattr__(self, "property", chosen_property(self.property, "number", "date"))
