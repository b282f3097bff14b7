# `make help` lists the targets. Set-up installs everything in .tools/, which git ignores.
PYTHON ?= python3
VENV   := .tools/venv
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
export NXF_ANSI_LOG ?= false

PROCESSES ?= 2
RESUME = $(if $(wildcard .nextflow/history),-resume)

DESIGNS ?= easy hard
SEEDS ?= 1 2 3 4 5
SELFTEST := --preset selftest --sim_length 1000000 --sim_promoters 3000 --measured_positions 100000 --mutated_sites 30

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-filters test test-nf test-docker test-apptainer test-slurm test-resume lint docs bench ecoli selftest trust grid filters image clean

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .tools/python.done .tools/nextflow.done  ## install the Python packages and Nextflow in .tools/

.tools/python.done: containers/attentome/requirements.txt tests/requirements.txt assets/setup/python.sh
	@assets/setup/python.sh "$(PYTHON)" $(VENV)
	@touch $@

.tools/nextflow.done: assets/setup/pom.xml assets/setup/nextflow.sh | .tools/python.done
	@assets/setup/nextflow.sh $(VENV)
	@touch $@

demo: setup  ## run the pipeline on a simulated genome (2 cores, no GPU, a few minutes)
	nextflow run . -profile test --outdir results/demo $(RESUME)
	@echo "Open $(CURDIR)/results/demo/atlas.html, then $(CURDIR)/results/demo/multiqc/multiqc_report.html"

demo-filters: setup  ## train networks with exponential and ReLU first layers on simulated motifs (2 cores, 4 minutes)
	nextflow run . -profile test --mode filters --run_name demo_filters --outdir results/demo_filters \
		$(RESUME)
	@echo "Open $(CURDIR)/results/demo_filters/filters.html"

lint: setup  ## check the style of the Python and Nextflow code
	ruff check bin tests docs
	ruff format --check --quiet bin tests docs
	PYTHONPATH=bin lint-imports --no-logo --no-cache
	NXF_SYNTAX_PARSER=v2 nextflow lint main.nf modules conf nextflow.config

test: lint test-nf  ## run all checks that CI runs (PROCESSES=N pytest processes)
	python -m pytest tests --numprocesses $(PROCESSES) --dist loadfile --no-loadscope-reorder

test-nf: setup  ## run the nf-test suites, if nf-test is on the PATH
	@if command -v nf-test > /dev/null; then nf-test test --ci; else echo "make test-nf: skipped, no nf-test on the PATH"; fi

test-docker: setup  ## run the demo in Docker and compare it with a plain run (root, or a running engine)
	tests/engines/docker.sh

test-apptainer: setup  ## run the demo in Apptainer, with a SIF of that image (root, or an engine and apptainer)
	tests/engines/apptainer.sh

test-slurm: setup  ## run the demo on a Slurm with one node (root)
	tests/engines/slurm.sh

test-resume: setup  ## kill the demo at ten points and resume it (half an hour)
	tests/engines/resume.py

docs: setup  ## write the parameter table of docs/usage.md from nextflow_schema.json
	docs/parameter_table.py

MOTIFS = $(DATA)/../motifs
ECOLI = --input assets/ecoli_k12/tss_sets.csv --source_dir $(DATA) --split ecoli_k12 \
	--genome $(DATA)/GCF_000005845.2_ASM584v2_genomic.fna.gz --annotation $(DATA)/GCF_000005845.2_ASM584v2_genomic.gff.gz

bench: setup  ## compare the kernels with the plain formulation (no data, 10 minutes) and write docs/benchmarks.md
	PYTHONPATH=bin OMP_NUM_THREADS=1 tests/bench/kernels.py docs/benchmarks.md

ecoli: setup  ## run four published TSS sets of E. coli (DATA=folder of the files, 2 hours) and write docs/ecoli.md
	nextflow run . $(ECOLI) --controls false --run_name ecoli --outdir results/ecoli
	nextflow run . $(ECOLI) --controls false --run_name ecoli_peers --outdir results/ecoli_peers --baselines -resume
	PYTHONPATH=bin tests/bench/ecoli_seeds.py results/ecoli_peers $(DATA)/GCF_000005845.2_ASM584v2_genomic.fna.gz \
		results/ecoli_seeds
	nextflow run . $(ECOLI) --controls false --run_name ecoli_published --outdir results/ecoli_published --preset published \
		--max_steps 500 -resume
	nextflow run . $(ECOLI) --controls false --run_name ecoli_given --outdir results/ecoli_given --model results/ecoli/model
	PYTHONPATH=bin tests/bench/ecoli_table.py results/ecoli results/ecoli_given results/ecoli_seeds \
		results/ecoli_published docs/ecoli.md

selftest: setup  ## grade heads on ten genomes with planted truth (3.5 hours; SEEDS=1: one per design) and write docs/trust.md
	for design in $(DESIGNS); do for seed in $(SEEDS); do \
		nextflow run . -profile test $(SELFTEST) --sim_design $$design --sim_seed $$seed --seed $$seed \
			--run_name $${design}_$$seed --outdir results/selftest/$${design}_$$seed || exit 1; \
	done; done
	PYTHONPATH=bin tests/bench/selftest.py results/selftest docs/selftest.jsonl docs/trust.md

trust: setup  ## grade the heads of E. coli with three seeds (DATA=, 2 hours) and write docs/trust.md
	mkdir -p results
	awk -F, 'NR > 1 { print "NC_000913.3\t" $$3 - 1 "\t" $$4 "\tregulator" }' $(DATA)/regulondb10_tf_binding_site.csv \
		| sort -u > results/regulator_sites.bed
	nextflow run . $(ECOLI) --run_name ecoli_trust --outdir results/ecoli_trust --tf_sites results/regulator_sites.bed \
		--motifs $(MOTIFS)/regulonDB_2025-05.tf,$(MOTIFS)/sigma70_regulondb10_strong_minus10_minus35.meme
	PYTHONPATH=bin tests/bench/ecoli_trust.py results/ecoli_trust $(DATA)/GCF_000005845.2_ASM584v2_genomic.fna.gz docs/trust.md

grid: setup  ## train on each of these sets, test on all of them (DATA=, half an hour) and write docs/ecoli_grid.md
	nextflow run . $(ECOLI) --controls false --run_name ecoli_grid --outdir results/ecoli_grid --max_steps 1200 --train_sets all
	PYTHONPATH=bin tests/bench/grid_table.py results/ecoli_grid docs/ecoli_grid.md

ELEMENTS = $(MOTIFS)/regulonDB_2025-05.tf,$(MOTIFS)/sigma70_regulondb10_strong_minus10_minus35.meme,assets/ecoli_k12/promoter_elements.meme
JASPAR = --motifs $(MOTIFS)/JASPAR_CORE_2016_vertebrates.meme
filters: setup  ## networks with exponential first layers, small to full size (DATA=, 10 hours) and write docs/filters.md
	nextflow run . -profile test --mode filters --run_name filters_tiny --outdir results/filters_tiny $(RESUME)
	nextflow run . --mode filters --preset laptop $(JASPAR) --run_name filters_laptop --outdir results/filters_laptop -resume
	for task in task1 task3; do \
		nextflow run . --mode filters --preset $$task $(JASPAR) --activations relu,exponential --trials 5 \
			--run_name filters_$$task --outdir results/filters_$$task -resume || exit 1; \
	done
	nextflow run . --mode filters --preset laptop --input assets/ecoli_k12/tss_sets.csv --source_dir $(DATA) --split ecoli_k12 \
		--genome $(DATA)/GCF_000005845.2_ASM584v2_genomic.fna.gz --motifs $(ELEMENTS) \
		--run_name filters_ecoli --outdir results/filters_ecoli -resume
	PYTHONPATH=bin tests/bench/filters_page.py tiny=results/filters_tiny laptop=results/filters_laptop \
		full=results/filters_task1 full=results/filters_task3 ecoli=results/filters_ecoli --out docs/filters.md

image:  ## build the container image (needs Docker)
	docker build --tag attentome:0.1.0 containers/attentome

clean:  ## remove the files that runs left behind; keep .tools/ and results/
	rm -rf work .nextflow .nextflow.log* .pytest_cache .ruff_cache
