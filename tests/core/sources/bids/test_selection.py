import pytest

from attnconn_core.errors import AtlasError, CohortError, StudyError
from attnconn_core.sources.bids.derivatives import BidsDerivatives
from attnconn_core.sources.bids.settings import Confounds


def keys(source) -> list[str]:
    return [session.key for session in source.sessions()]


def test_several_tasks_are_listed_and_one_is_chosen(fmriprep, source):
    fmriprep.session("01", "1")
    fmriprep.session("01", "1", task="nback")
    fmriprep.session("02", "1")
    with pytest.raises(
        CohortError,
        match=r"must be of one task; there are rest \(2 scans\), nback \(1 scan\)\. Choose one "
        r"by task, such as task: rest",
    ):
        source().sessions()
    assert keys(source(task="rest")) == ["sub-01_ses-1", "sub-02_ses-1"]
    assert keys(source(task="nback")) == ["sub-01_ses-1"]
    with pytest.raises(CohortError, match=r"task: .* have 'rst' as task; there are rest \(2 scans"):
        source(task="rst").sessions()


def test_several_spaces_are_listed_and_one_is_chosen(fmriprep, labels):
    for space in ("MNI152NLin2009cAsym", "MNI152NLin6Asym"):
        fmriprep.volume("01", "1", space=space)
    fmriprep.session("01", "1")  # a dense series, which no label image fits
    volumes = {"root": fmriprep.root, "atlas": labels, "confounds": Confounds(strategy=())}
    with pytest.raises(
        CohortError, match=r"one space; there are MNI152NLin2009cAsym \(1 scan\), MNI152NLin6Asym"
    ):
        BidsDerivatives(**volumes).sessions()
    (session,) = BidsDerivatives(**volumes, space="MNI152NLin6Asym").sessions()
    assert [path.name for path in session.files] == [
        "sub-01_ses-1_task-rest_space-MNI152NLin6Asym_desc-preproc_bold.nii.gz"
    ]


def test_other_entities_are_chosen_by_select(fmriprep, source):
    fmriprep.session("01", "1")
    fmriprep.session("01", "1", acq="fast")
    with pytest.raises(
        CohortError,
        match=r"one acq; there are fast \(1 scan\), none \(1 scan\)\. Choose one by "
        r"select, such as select: \{acq: fast\} \(select: \{acq: null\}",
    ):
        source().sessions()
    for value, named in (("fast", True), (None, False)):
        (session,) = source(select={"acq": value}).sessions()
        assert ("acq-fast" in session.files[0].name) == named


def test_numbers_choose_entities_too(fmriprep, source):
    fmriprep.session("01", "1", echo=1)
    fmriprep.session("01", "1", echo=2)
    (session,) = source(select={"echo": 2}).sessions()
    assert "_echo-2_" in session.files[0].name


def test_an_atlas_in_another_template_is_refused(fmriprep, labels):
    fmriprep.volume("01", "1")
    fmriprep.session("01", "1")
    other = labels.with_name("tpl-MNI152NLin6Asym_res-02_atlas-Four_dseg.nii.gz")
    labels.rename(other)
    source = BidsDerivatives(fmriprep.root, other, confounds=Confounds(strategy=()))
    with pytest.raises(
        AtlasError,
        match=r"one space; the atlas is in MNI152NLin6Asym and .* in MNI152NLin2009cAsym",
    ):
        source.sessions()


def test_of_the_same_parcels_the_file_with_the_repetition_time_is_read(xcpd):
    path, _ = xcpd.parcels("01", "1")
    (session,) = BidsDerivatives(xcpd.root).sessions()
    assert session.files == (path,)
    path.unlink()
    (session,) = BidsDerivatives(xcpd.root).sessions()
    assert [each.name for each in session.files] == [
        "sub-01_ses-1_task-rest_space-fsLR_seg-Tiny_stat-mean_timeseries.tsv"
    ]


def test_several_segmentations_are_listed(xcpd):
    for atlas in ("Tiny", "Glasser"):
        xcpd.parcels("01", "1", atlas=atlas)
    with pytest.raises(CohortError, match=r"one seg; there are .*select: \{seg: Glasser\}"):
        BidsDerivatives(xcpd.root).sessions()
    (session,) = BidsDerivatives(xcpd.root, select={"seg": "Tiny"}).sessions()
    assert "seg-Tiny" in session.files[0].name


def test_without_a_scan_the_ending_that_fits_the_atlas_is_named(fmriprep, labels):
    fmriprep.session("01", "1")
    source = BidsDerivatives(fmriprep.root, labels, confounds=Confounds())
    with pytest.raises(CohortError, match=r"must hold scans sub-<id>…_bold\.nii\.gz.*holds none"):
        source.sessions()


@pytest.mark.parametrize("has_atlas", [True, False])
def test_of_surfaces_in_gifti_it_says_what_to_ask_fmriprep_for(fmriprep, surfaces, has_atlas):
    for hemisphere in "RL":
        stem = fmriprep.stem("01", None, hemi=hemisphere, space="fsaverage5")
        stem.with_name(f"{stem.name}_bold.func.gii").touch()
    source = BidsDerivatives(fmriprep.root, surfaces if has_atlas else None)
    rule = (
        r"only surfaces in GIFTI, such as sub-01/func/\S+_hemi-L_\S+gii. Run .*--cifti-output 91k"
    )
    with pytest.raises(CohortError, match=rule):
        source.sessions()
    fmriprep.volume("01")
    with pytest.raises(
        CohortError if has_atlas else StudyError,
        match="must hold scans .*dtseries" if has_atlas else "atlas: must be given",
    ):
        source.sessions()


def test_scans_that_are_not_parcellated_need_an_atlas(fmriprep):
    fmriprep.session("01", "1")
    with pytest.raises(StudyError, match=r"^atlas: must be given.* holds sub-01/ses-1/func/sub-01"):
        BidsDerivatives(root=fmriprep.root, confounds=Confounds()).sessions()


def test_an_atlas_of_another_kind_is_refused(tmp_path):
    with pytest.raises(StudyError, match=r"atlas: must be a dlabel\.nii.*got .*atlas\.annot"):
        BidsDerivatives(tmp_path, tmp_path / "atlas.annot")
