import numpy as np
import pytest

from attnconn_core.parcellation.models import BrainModel, BrainModels

LEFT = "CIFTI_STRUCTURE_CORTEX_LEFT"


def surface(start: int, vertices, n_vertices: int = 10, name: str = LEFT) -> BrainModel:
    array = np.asarray(vertices, dtype=np.int64)
    return BrainModel(name, start, start + len(array), array, n_vertices)


@pytest.mark.parametrize("vertices", [[0, 10], [-1, 3]])
def test_vertices_must_lie_on_the_surface(vertices):
    with pytest.raises(ValueError, match=rf"{LEFT} must lie in 0 to 9; got {min(vertices)} to"):
        surface(0, vertices)


def test_a_vertex_may_occur_once():
    with pytest.raises(ValueError, match=r"each of its 3 grayordinates; got 2"):
        surface(0, [1, 1, 2])


@pytest.mark.parametrize("start", [1, 3])
def test_models_follow_each_other(start):
    with pytest.raises(ValueError, match=rf"without gaps; OTHER lies at {start} to"):
        BrainModels((surface(0, [1, 2]), surface(start, [3], name="OTHER")))


def test_a_surface_may_occur_once():
    with pytest.raises(ValueError, match=r"every surface must occur only once"):
        BrainModels((surface(0, [1, 2]), surface(2, [3])))
