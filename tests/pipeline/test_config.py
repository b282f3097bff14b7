"""One place for each fact: the schema, the configuration, the lock file and the documentation agree."""

import ast
import json
import os
import re
import subprocess
import sys

import pytest
from nextflow_run import PROJECT


@pytest.fixture(scope="module")
def schema_properties():
    groups = json.loads((PROJECT / "nextflow_schema.json").read_text())["$defs"].values()
    return {name: entry for group in groups for name, entry in group["properties"].items()}


def resolved_config(*arguments):
    command = ["nextflow", "config", "-o", "json", *arguments, str(PROJECT)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def selected_settings(parser, *arguments):
    """What processes are given by name or label: ``process.'withLabel:process_long'.cpus``, ..."""
    shown = subprocess.run(
        ["nextflow", "config", "-flat", *arguments, str(PROJECT)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "NXF_SYNTAX_PARSER": parser},
    ).stdout
    return set(re.findall(r"^process\.'with\S+", shown, re.MULTILINE))


@pytest.fixture(scope="module")
def config_params():
    return resolved_config()["params"]


def test_schema_and_config_name_the_same_parameters(schema_properties, config_params):
    assert set(schema_properties) == set(config_params)


def test_schema_and_config_have_the_same_defaults(schema_properties, config_params):
    defaults = {name: entry.get("default") for name, entry in schema_properties.items()}
    defaults["elements"] = defaults["elements"].replace("${projectDir}", str(PROJECT))
    # Types too: 1 and 1.0 and true are not the same to Nextflow's command line.
    assert {name: (type(value), value) for name, value in defaults.items()} == {
        name: (type(value), value) for name, value in config_params.items()
    }


def test_what_runs_at_once_is_limited_by_counts_of_tasks_alone():
    """Nextflow's count of free cores and memory can go wrong and leave a task waiting for ever (conf/base.config)."""
    config = resolved_config("-profile", "test")
    assert config["executor"]["cpus"] >= 10000 and config["executor"]["memory"]["giga"] >= 1000000
    assert config["executor"]["queueSize"] == 2
    assert config["process"]["withLabel:process_medium|process_long"]["maxForks"] == 2


@pytest.mark.parametrize("parser", ["v1", "v2"])
def test_profiles_take_no_setting_from_a_process(parser):
    """What a selector sets without a profile it still sets with all of them."""
    bare = selected_settings(parser)
    assert len(bare) > 15
    for profiles in ("test,docker,gpu,slurm", "test,singularity,gpu", "slurm,apptainer"):
        assert bare - selected_settings(parser, "-profile", profiles) == set()


def test_gpu_flags_are_for_the_tasks_that_run_the_network_alone():
    """By the settings of each process; what a task's own .command.run then says is tested in test_gpu.py."""
    for profile in ("docker,gpu", "singularity,gpu", "slurm,apptainer,gpu"):
        config = resolved_config("-profile", profile)
        process = config["process"]
        asked = [name for name, value in process.items() if isinstance(value, dict) and "accelerator" in value]
        assert asked == ["withLabel:process_gpu"] and config["params"]["device"] == "cuda"
        assert "accelerator" not in process and "containerOptions" not in process
        for engine in ("docker", "singularity", "apptainer"):
            assert not re.search("gpus|--nv", json.dumps(config.get(engine, {})))


def test_every_imported_package_is_pinned_as_direct():
    lock = (PROJECT / "containers/attentome/requirements.txt").read_text()
    direct = lock.split("# What those need")[0]
    pinned = {re.sub("[-_]", "", name).lower() for name in re.findall(r"^([\w-]+)==", direct, re.MULTILINE)}
    names = {"sklearn": "scikitlearn"}
    imported = set()
    for source in [*PROJECT.glob("bin/*.py"), *PROJECT.glob("bin/attentome/**/*.py")]:
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                imported.add(node.module.split(".")[0])
    imported = {
        names.get(name, name.lower().replace("_", ""))
        for name in imported - set(sys.stdlib_module_names) - {"attentome"}
    }
    assert imported <= pinned
    assert "torch" in imported


def library_file(dotted):
    """The file of a module or folder of the library; None for anything else."""
    path = PROJECT / "bin" / dotted.replace(".", "/")
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.exists()), None)


def imported_names(source):
    """Modules that a Python source imports as it starts, and the folders that hold them."""
    names = set()
    for node in ast.parse(source).body:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names | {name.rsplit(".", depth)[0] for name in names for depth in range(1, name.count(".") + 1)}


def test_torch_is_imported_where_a_network_runs_and_nowhere_else():
    """It takes seconds: by what each script imports as it starts, directly or not."""

    def imported(path, found):
        for name in imported_names(path.read_text()) - found:
            found.add(name)
            if library_file(name):
                imported(library_file(name), found)
        return found

    scripts = {path.name for path in PROJECT.glob("bin/*.py") if "torch" in imported(path, set())}
    assert scripts == {
        "attribute_sequences.py",
        "check_device.py",
        "convert_checkpoint.py",
        "describe_filters.py",
        "insert_motifs.py",
        "knock_out_heads.py",
        "measure_heads.py",
        "mutate_sites.py",
        "predict_genome.py",
        "profile_attention.py",
        "train_cnns.py",
        "train_model.py",
    }


def test_names_are_imported_from_the_module_that_defines_them():
    """Not from a folder that offers them: the version of a step's code would not follow (functions/code_version.nf)."""
    for path in [*PROJECT.glob("bin/*.py"), *PROJECT.glob("bin/attentome/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("attentome."):
                names = {alias.name for alias in node.names}
                assert library_file(node.module), f"{path}: {node.module}"
                if library_file(node.module).name == "__init__.py":
                    assert all(library_file(f"{node.module}.{name}") for name in names), f"{path}: {names}"
                else:
                    tree = ast.parse(library_file(node.module).read_text())
                    defined = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)} | {
                        definition.name for definition in tree.body if hasattr(definition, "name")
                    }
                    passed_on = {
                        alias.asname or alias.name
                        for part in tree.body
                        if isinstance(part, ast.ImportFrom)
                        for alias in part.names
                    }
                    assert names <= defined - passed_on, f"{path}: {names - (defined - passed_on)} of {node.module}"


def test_lock_pins_every_package_exactly():
    lock = (PROJECT / "containers/attentome/requirements.txt").read_text().splitlines()
    lines = [line for line in lock if line and not line.startswith("#")]
    assert len(lines) > 50
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_parameter_table_of_the_docs_is_that_of_the_schema():
    subprocess.run([sys.executable, "docs/parameter_table.py", "--check"], cwd=PROJECT, check=True)


def test_version_is_the_same_everywhere():
    version = re.search(r'__version__ = "(.+)"', (PROJECT / "bin/attentome/__init__.py").read_text())[1]
    config = (PROJECT / "nextflow.config").read_text()
    assert f"version         = '{version}'" in config
    assert f"attentome:{version}" in config
    assert f"attentome:{version}" in (PROJECT / "Makefile").read_text()
    assert f"[{version}]" in (PROJECT / "CHANGELOG.md").read_text()
