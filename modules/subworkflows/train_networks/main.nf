include { code_version } from '../../functions/code_version'
include { each_network ; further_networks ; is_main ; of_model } from '../../functions/networks'
include { read_preset } from '../../functions/parameters'

include { TRAIN } from '../../train'

// From labels to networks: the main one, its peer, one for each single set, replicates, and controls.
workflow TRAIN_NETWORKS {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    given_model    // [folder: model/, label_shift: 20, network: [...]], or null
    label_sets     // [[id: 'curated'], labels.safetensors, labels.json, split.tsv]
    auxiliary      // [[id: 'curated'], auxiliary.safetensors]
    genome         // genome.fna
    genome_json    // genome.json
    device         // 'auto', 'cpu' or 'cuda'

    main:
    // [tiny: [label_shift: 20, network: [...], training: [...], peer: [...]]]
    with_peer = [(settings.preset): read_preset(settings.preset)]
    // Without the settings of the peer, so that a change of these trains no other network again
    preset    = with_peer.collectEntries { name, parts -> [name, parts.findAll { part, _value -> part != 'peer' }] }
    overrides = settings
        .subMap(['padding', 'window', 'max_steps', 'learning_rate', 'batch_size', 'dropout'])
        .findAll { _name, value -> value != null }

    // [[id: 'curated'], labels.safetensors, labels.json, split.tsv, auxiliary.safetensors or []]
    ch_learned = label_sets
        .join(auxiliary, remainder: true)
        .map { meta, labels, json, split, sets -> [meta, labels, json, split, sets ?: []] }
    ch_main = ch_learned.filter { learned -> is_main(learned[0]) }

    // [[[id: 'curated', seed: 1], ...], labels.safetensors, labels.json, split.tsv, auxiliary.safetensors or [],
    // preset]: the networks of one task
    ch_own = ch_learned
        .filter { _learned -> !given_model }
        .map { meta, labels, json, split, sets ->
            [[[id: meta.id, seed: settings.seed]], labels, json, split, sets, preset]
        }
    ch_peer = ch_main
        .filter { _learned -> settings.baselines }
        .map { _meta, labels, json, split, sets ->
            [[[id: 'residual_cnn', seed: settings.seed, peer: true]], labels, json, split, sets, with_peer]
        }
    further    = settings.controls ? further_networks(settings) : []
    ch_further = ch_main
        .combine(channel.fromList(further.collect { networks -> [networks] }))
        .map { _meta, labels, json, split, sets, networks ->
            [networks, labels, json, split, sets, given_model ? of_model(preset, given_model.network) : preset]
        }

    TRAIN(
        ch_own.mix(ch_peer, ch_further),
        genome,
        genome_json,
        overrides,
        device,
        "${workflow.workDir}/checkpoints/${workflow.sessionId}".toString(),
        code_version('train_model.py'),
    )

    // [[id: 'curated', seed: 1], model/]: each network that predicts the genome
    models = TRAIN.out.model
        .filter { networks, _found -> !networks[0].control }
        .flatMap { networks, found -> each_network(networks, found) }
        .mix(ch_main.filter { _learned -> given_model }.map { learned -> [learned[0], given_model.folder] })

    // [[[id: 'control_random_01', ...], ...], [model/, ...]]: replicates and controls, those of one task together. Each
    // model is found by its network's name, because files come sorted by name: control_random_100, control_random_99.
    others = TRAIN.out.model
        .filter { networks, _found -> networks[0].control }
        .map { networks, found -> each_network(networks, found).transpose() }

    // history.tsv and training.json of the main network
    facts = TRAIN.out.training
        .filter { networks, _history, _json -> is_main(networks[0]) }
        .flatMap { _networks, history, json -> history + json }

    emit:
    models
    others
    facts
}
