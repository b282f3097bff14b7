#!/usr/bin/env nextflow

/*
 * Attentome: what the attention heads of a transformer trained on transcription start sites look at.
 * TSS sets and a genome go in; a trained network, its genome-wide output and a page per attention head come out.
 */

include { code_version } from './modules/functions/code_version'
include { each_network ; further_networks ; of_model } from './modules/functions/networks'
include { read_json ; typed_parameters } from './modules/functions/parameters'

include { CHECK_DEVICE  } from './modules/check_device'
include { CURATED_SITES } from './modules/curated_sites'
include { LABEL         } from './modules/label'
include { TRAIN         } from './modules/train'
include { PREDICT ; JOIN_OUTPUTS } from './modules/predict'
include { EVALUATE      } from './modules/evaluate'
include { SCAN_PROMOTERS } from './modules/scan_promoters'
include { COMPARE_PEERS } from './modules/compare_peers'
include { COMPARE_SETS  } from './modules/compare_sets'
include { GRID          } from './modules/grid'
include { PROFILE       } from './modules/profile'
include { DESCRIBE_HEAD } from './modules/describe_head'
include { TESTED_HEADS  } from './modules/tested_heads'
include { REPORT        } from './modules/report'

workflow {
    schema   = file("${projectDir}/nextflow_schema.json")
    settings = typed_parameters(params, schema)    // [preset: 'tiny', seed: 1, window: null, ...]

    // elements.tsv, and model/model.json of the model where one is given
    elements   = file(settings.elements, checkIfExists: true)
    model_json = settings.model ? file("${settings.model}/model.json", checkIfExists: true) : null

    // 'auto', 'cpu' or 'cuda'; a GPU that is asked for is looked at first
    CHECK_DEVICE(channel.of('cuda').filter { wanted -> settings.device == wanted }, code_version('check_device.py'))
    ch_device = settings.device == 'cuda' ? CHECK_DEVICE.out.device.first() : channel.value(settings.device)

    CURATED_SITES(settings, schema)
    ch_genome      = CURATED_SITES.out.genome         // genome.fna
    ch_genome_json = CURATED_SITES.out.genome_json    // genome.json
    ch_sites       = CURATED_SITES.out.sites          // sites.bed

    // [a.bed, b.bed, ...]: each set's own sites, which the network of the curated ones learns too; [] where that is off
    learns = settings.auxiliary && (!model_json || settings.baselines)
    ch_own = CURATED_SITES.out.beds.map { _meta, bed -> bed }
        .toSortedList { a, b -> a.name <=> b.name }
        .map { beds -> learns && beds.size() > 1 ? beds : [] }

    // [[id: 'curated'], sites.bed, [a.bed, b.bed]], and [[id: 'a'], a.bed, []] for each set that --train_sets names
    train_sets    = settings.train_sets ? settings.train_sets.tokenize(',').collect { name -> name.trim() } : []
    ch_label_sets = ch_sites
        .combine(ch_own.map { beds -> [beds] })
        .map { sites, beds -> [[id: 'curated'], sites, beds] }
        .mix(CURATED_SITES.out.beds.filter { meta, _bed -> train_sets == ['all'] || meta.id in train_sets }.map { meta, bed -> [[id: meta.id], bed, []] })
        .filter { _meta, _sites, _beds -> !settings.curate_only }

    ch_sites.filter { _sites -> settings.curate_only }.view { _sites -> "Curated sites: ${settings.outdir}/sites/sites.bed" }

    // [tiny: [label_shift: 20, network: [...], training: [...], peer: [...]]]; a given model reads labels at its own shift
    preset      = read_json(file("${projectDir}/assets/presets.json")).subMap([settings.preset])
    label_shift = model_json ? read_json(model_json).label_shift : settings.label_shift != null ? settings.label_shift : preset[settings.preset]?.label_shift
    LABEL(ch_label_sets, ch_genome, ch_genome_json, label_shift, settings.split, code_version('label_genome.py'))
    // labels.safetensors, labels.json, split.tsv of the curated sites
    ch_curated     = LABEL.out.labels.filter { meta, _labels, _json, _split -> meta.id == 'curated' }
    ch_labels      = ch_curated.map { _meta, labels, _json, _split -> labels }.first()
    ch_labels_json = ch_curated.map { _meta, _labels, json, _split -> json }.first()
    ch_split       = ch_curated.map { _meta, _labels, _json, split -> split }.first()

    // [tiny: [network: [...], training: [...]]]: without the peer, so that its settings train no network again
    own       = preset.collectEntries { name, parts -> [name, parts.findAll { part, _value -> part != 'peer' }] }
    overrides = settings.subMap(['padding', 'window', 'max_steps', 'learning_rate', 'batch_size', 'dropout'])
    // [[id: 'curated'], labels.safetensors, labels.json, split.tsv, auxiliary.safetensors or []], one for each label set
    ch_learned = LABEL.out.labels
        .join(LABEL.out.auxiliary, remainder: true)
        .map { meta, labels, json, split, auxiliary -> [meta, labels, json, split, auxiliary ?: []] }
    // [[[id: 'curated', seed: 1]], labels.safetensors, ..., preset]: the networks of one task, what they learn, and how
    ch_curated_learned = ch_learned.filter { learned -> learned[0].id == 'curated' }
    ch_real = ch_learned.filter { !model_json }.map { learned -> [[[id: learned[0].id, seed: settings.seed]]] + learned.tail() + [own] }
    ch_peer = ch_curated_learned.filter { settings.baselines }
        .map { learned -> [[[id: 'residual_cnn', seed: settings.seed, peer: true]]] + learned.tail() + [preset] }
    further = settings.controls && !settings.curate_only ? further_networks(settings) : []    // [[[id: 'replicate_2', ...]], [[id: 'control_random_01', ...], ...], ...]
    ch_further = ch_curated_learned
        .combine(channel.fromList(further.collect { networks -> [networks] }))
        .map { learned -> [learned[-1]] + learned[1..4] + [model_json ? of_model(own, read_json(model_json).network) : own] }
    TRAIN(
        ch_real.mix(ch_peer, ch_further),
        ch_genome, ch_genome_json, overrides.findAll { _name, value -> value != null },
        ch_device, "${workflow.workDir}/checkpoints/${workflow.sessionId}".toString(), code_version('train_model.py'),
    )
    // [[id: 'curated', seed: 1], model/], one for each network that predicts the genome
    ch_models = TRAIN.out.model
        .filter { networks, _models -> !networks[0].control }
        .flatMap { networks, models -> each_network(networks, models) }
        .mix(ch_curated.filter { model_json }.map { meta, _labels, _json, _split -> [meta, model_json.parent] })

    // [[id: 'curated'], model/, 1]: each network and each shard of the genome. What is no number, CHECK_INPUTS tells.
    shards = settings.shards instanceof Integer ? settings.shards : 1
    PREDICT(
        ch_models.combine(channel.fromList((1..shards).toList())), ch_genome, ch_genome_json,
        shards, settings.seed, settings.predict_batch, ch_device, code_version('predict_genome.py'),
    )
    // [[id: 'curated'], [shard_1, shard_2, ...]], one for each network
    ch_shards = PREDICT.out.shard
        .groupTuple(size: shards)
        .map { meta, folders -> [meta, folders.sort { shard -> shard.name.tokenize('_')[1] as int }] }
    JOIN_OUTPUTS(ch_models.join(ch_shards), ch_genome, ch_genome_json, code_version('join_outputs.py'))
    ch_model   = ch_models.filter { meta, _model -> meta.id == 'curated' }.map { _meta, model -> model }.first()                // model/
    ch_model_json = ch_model.map { model -> model.resolve('model.json') }    // model.json
    ch_outputs = JOIN_OUTPUTS.out.outputs.filter { meta, _outputs -> meta.id == 'curated' }.map { _meta, outputs -> outputs }.first()    // outputs.safetensors

    // ['a', 'curated', ...] and their [labels.safetensors, ...]
    ch_compared = LABEL.out.labels.map { meta, labels, _json, _split -> [meta.id, labels] }.toSortedList { a, b -> a[0] <=> b[0] }
    COMPARE_SETS(
        JOIN_OUTPUTS.out.outputs.filter { meta, _outputs -> train_sets && !meta.peer },
        ch_compared.map { sets -> sets.collect { name, _labels -> name } },
        ch_compared.map { sets -> sets.collect { _name, labels -> labels } },
        ch_split, settings.seed, code_version('compare_sets.py'),
    )
    GRID(COMPARE_SETS.out.grid.collect(sort: { a, b -> a.name <=> b.name }), code_version('plot_grid.py'))

    EVALUATE(
        ch_genome, ch_genome_json, ch_outputs, ch_labels, ch_labels_json, ch_split,
        settings.seed, code_version('evaluate_model.py'),
    )

    SCAN_PROMOTERS(
        ch_genome, ch_genome_json, ch_labels.filter { settings.baselines }, ch_labels_json, ch_split, code_version('scan_promoters.py'),
    )
    COMPARE_PEERS(
        ch_outputs, ch_model_json,
        JOIN_OUTPUTS.out.outputs.filter { meta, _outputs -> meta.peer }.map { _meta, outputs -> outputs },
        ch_models.filter { meta, _model -> meta.peer }.map { _meta, model -> model.resolve('model.json') },
        SCAN_PROMOTERS.out.outputs, SCAN_PROMOTERS.out.promoter, ch_labels, ch_split,
        settings.seed, code_version('compare_peers.py'),
    )

    PROFILE(
        ch_genome, ch_genome_json, ch_model, ch_shards.filter { meta, _folders -> meta.id == 'curated' }.map { _meta, folders -> folders }.first(),
        settings.profile_distances == null ? '' : settings.profile_distances, code_version('profile_attention.py'),
    )

    // ['L1_H1', 'L1_H2'], ['L1_H3', 'L1_H4'], ...: the heads of each task
    per_task = settings.heads_per_task instanceof Integer ? settings.heads_per_task : 1
    ch_heads = ch_model_json
        .map { path -> read_json(path).network }
        .map { network -> (1..network.layers).collectMany { layer -> (1..network.heads).collect { head -> "L${layer}_H${head}".toString() } } }
        .flatMap { heads -> heads.collate(per_task) }

    DESCRIBE_HEAD(
        ch_heads, PROFILE.out.profile, PROFILE.out.profile_json, PROFILE.out.windows,
        ch_genome, ch_genome_json, ch_sites, elements, code_version('describe_head.py'),
    )

    // heads.tsv, controls.tsv, ...: what the tests of the heads found; none without controls
    TESTED_HEADS(
        settings,
        ch_models.filter { meta, _model -> settings.controls && meta.id == 'curated' }.map { meta, model -> [[meta], [model]] },
        // Files come in the order of their names, in which control_random_100 stands before control_random_99.
        TRAIN.out.model.filter { networks, _models -> networks[0].control }.map { networks, models -> each_network(networks, models).transpose() },
        ch_labels, ch_labels_json, ch_split, ch_genome, ch_genome_json, ch_device,
    )

    // [curation.json, curves.tsv, genome.json, ...]: what each step found, every file with its own name
    ch_facts = CURATED_SITES.out.facts.mix(
        ch_labels_json, ch_split, TRAIN.out.training.filter { networks, _history, _json -> networks[0].id == 'curated' }.flatMap { _networks, history, json -> history + json },
        ch_model_json, EVALUATE.out.metrics, EVALUATE.out.curves, COMPARE_PEERS.out.peers, PROFILE.out.profile_json, GRID.out.png,
        channel.value(file("${projectDir}/assets/published_counts.json")),
    )

    REPORT(
        ch_facts.toSortedList { a, b -> a.name <=> b.name },
        CURATED_SITES.out.audits,
        DESCRIBE_HEAD.out.folders.flatMap { heads -> heads }.toSortedList { a, b -> a.name <=> b.name }.filter { heads -> heads },    // [L1_H1, L1_H2, ...]
        TESTED_HEADS.out.facts.toSortedList { a, b -> a.name <=> b.name },    // [bands.tsv, control_logos.tsv, ...]
        channel.topic('records').toSortedList { a, b -> "${a}" <=> "${b}" },    // [.../record.json, ...]
        files("${projectDir}/assets/report/*"),
        settings.run_name,
        code_version('write_report.py'),
    )
    REPORT.out.outcome.view { outcome -> "${read_json(outcome).sentence} What to open first: ${settings.outdir}/README.txt" }
}
