#!/usr/bin/env nextflow

/*
 * Attentome: what the attention heads of a transformer trained on transcription start sites look at.
 * TSS sets and a genome go in; a trained network, its genome-wide output and a page per attention head come out.
 */

include { code_version } from './modules/code_version'
include { existing ; portable ; read_json ; set_meta ; sheet_rows ; typed_parameters } from './modules/parameters'

include { SIMULATE      } from './modules/simulate'
include { CHECK_INPUTS  } from './modules/check_inputs'
include { HARMONISE     } from './modules/harmonise'
include { CURATE        } from './modules/curate'
include { LABEL         } from './modules/label'
include { TRAIN         } from './modules/train'
include { PREDICT       } from './modules/predict'
include { EVALUATE      } from './modules/evaluate'
include { PROFILE       } from './modules/profile'
include { DESCRIBE_HEAD } from './modules/describe_head'
include { REPORT        } from './modules/report'

workflow {
    schema   = file("${projectDir}/nextflow_schema.json")
    settings = typed_parameters(params, schema)    // [preset: 'tiny', seed: 1, window: null, ...]

    // elements.tsv, and model/model.json of the model where one is given
    elements   = file(settings.elements, checkIfExists: true)
    model_json = settings.model ? file("${settings.model}/model.json", checkIfExists: true) : null

    // [tss_sets.csv, genome.fna, genes.gff], with [] for one that is missing
    if (settings.simulate) {
        SIMULATE(settings.findAll { name, _value -> name.startsWith('sim_') }, code_version('simulate_genome.py'))
        ch_inputs = SIMULATE.out.inputs
    }
    else {
        ch_inputs = channel.value([existing(settings.input), existing(settings.genome), existing(settings.annotation)])
    }
    // [[row: 1, file: 'set_a.bed', path: /data/set_a.bed], ...], with path null for one that is missing
    ch_rows = ch_inputs.map { sheet, _genome, _annotation -> sheet_rows(sheet) }

    CHECK_INPUTS(
        ch_inputs,
        ch_rows,
        ch_rows.map { rows -> rows.collect { row -> row.path }.findAll() },
        portable(settings),
        schema,
        code_version('check_inputs.py'),
    )
    ch_genome      = CHECK_INPUTS.out.genome         // genome.fna
    ch_genome_json = CHECK_INPUTS.out.genome_json    // genome.json

    // [[id: 'a', format: 'table', options: [strand_column: 'Strand']], /data/set_a.tsv]
    ch_sets = CHECK_INPUTS.out.sets
        .combine(ch_rows.toList())
        .flatMap { sets, rows -> read_json(sets).collect { set -> [set_meta(set), rows[set.row - 1].path] } }

    HARMONISE(ch_sets, ch_genome_json, code_version('harmonise_sites.py'))

    CURATE(
        HARMONISE.out.bed.map { _meta, bed -> bed }.toSortedList { a, b -> a.name <=> b.name },          // [a.bed, b.bed, ...]
        HARMONISE.out.audit.map { _meta, audit -> audit }.toSortedList { a, b -> a.name <=> b.name },    // [a.audit.json, ...]
        ch_genome_json,
        settings.max_distance,
        settings.min_support,
        code_version('curate_sites.py'),
    )
    ch_sites = CURATE.out.sites    // sites.bed

    // A given model reads labels at its own shift.
    label_shift = model_json ? read_json(model_json).label_shift : settings.label_shift
    LABEL(ch_genome, ch_genome_json, ch_sites, label_shift, settings.split, code_version('label_genome.py'))
    ch_split = LABEL.out.split    // split.tsv

    if (model_json) {
        ch_model    = channel.value(model_json.parent)    // model/ with model.safetensors and model.json
        ch_training = channel.empty()                     // history.tsv, training.json
    }
    else {
        overrides = settings.subMap(['padding', 'window', 'max_steps', 'learning_rate', 'batch_size', 'dropout'])
        TRAIN(
            ch_genome, ch_genome_json, LABEL.out.labels, LABEL.out.labels_json, ch_split,
            file("${projectDir}/assets/presets.json"), settings.preset, overrides.findAll { _name, value -> value != null },
            settings.seed, settings.device, code_version('train_model.py'),
        )
        ch_model    = TRAIN.out.model
        ch_training = TRAIN.out.history.mix(TRAIN.out.training)
    }

    PREDICT(ch_genome, ch_genome_json, ch_model, settings.predict_batch, settings.device, code_version('predict_genome.py'))
    ch_outputs = PREDICT.out.outputs    // outputs.safetensors

    EVALUATE(
        ch_genome, ch_genome_json, ch_outputs, LABEL.out.labels, LABEL.out.labels_json, ch_split,
        settings.seed, code_version('evaluate_model.py'),
    )

    PROFILE(
        ch_genome, ch_genome_json, ch_model, ch_outputs, ch_split,
        settings.seed, settings.predict_batch, settings.device, code_version('profile_attention.py'),
    )

    // [1, 1], [1, 2], ...: layer, head
    ch_model_json = ch_model.map { model -> model.resolve('model.json') }    // model.json
    ch_heads = ch_model_json
        .map { path -> read_json(path).network }
        .flatMap { network -> [1..network.layers, 1..network.heads].combinations() }

    DESCRIBE_HEAD(
        ch_heads, PROFILE.out.profile, PROFILE.out.profile_json, PROFILE.out.windows,
        ch_genome, ch_genome_json, ch_sites, elements, code_version('describe_head.py'),
    )

    // [curation.json, curves.tsv, genome.json, ...]: what each step found, every file with its own name
    ch_facts = CHECK_INPUTS.out.settings.mix(
        ch_genome, ch_genome_json, ch_sites, CURATE.out.curation, CURATE.out.sets, CURATE.out.overlap, CURATE.out.overlap_png,
        LABEL.out.labels_json, ch_split, ch_training, ch_model_json,
        EVALUATE.out.metrics, EVALUATE.out.curves, PROFILE.out.profile_json,
    )

    REPORT(
        ch_facts.toSortedList { a, b -> a.name <=> b.name },
        HARMONISE.out.audit.map { _meta, audit -> audit }.toSortedList { a, b -> a.name <=> b.name },
        DESCRIBE_HEAD.out.folder.toSortedList { a, b -> a.name <=> b.name },    // [L1_H1, L1_H2, ...]
        channel.topic('records').toSortedList { a, b -> "${a}" <=> "${b}" },    // [.../record.json, ...]
        settings.run_name,
        code_version('write_report.py'),
    )
    REPORT.out.outcome.view { outcome -> "${read_json(outcome).sentence} What to open first: ${settings.outdir}/README.txt" }
}
