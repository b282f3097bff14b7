include { json ; quoted } from '../functions/parameters'
include { tag_of } from '../functions/networks'

// Trains networks one after the other on the training arc; the validation arc decides when each stops.
process TRAIN {
    tag "${tag_of(networks)}"
    label 'process_long'
    label 'process_gpu'

    input:
    // [[id: 'curated', seed: 1], ...], labels.safetensors, labels.json, split.tsv, auxiliary.safetensors or [], and the
    // preset: [tiny: [network: [layers: 2, ...], training: [segment: 256, ...]]]
    tuple val(networks), path(labels), path(labels_json), path(split), path(auxiliary), val(preset)
    path genome
    path genome_json
    val overrides        // [window: 256]: settings that replace those of the preset
    val device           // 'auto', 'cpu' or 'cuda'
    val checkpoints      // folder outside of the task's own, where a task that was killed finds its checkpoints again
    val code

    output:
    tuple val(networks), path('*/model', arity: '1..*'), emit: model
    tuple val(networks), path('*/history.tsv', arity: '1..*'), path('*/training.json', arity: '1..*'), emit: training
    path '*/speed.tsv', emit: speed
    path 'record.json', topic: records

    script:
    def options = [auxiliary ? "--auxiliary ${auxiliary}" : '', networks[0].peer ? '--peer' : ''].findAll().join(' ')
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(preset))} > presets.json
    printf '%s\\n' ${quoted(json(overrides))} > overrides.json
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    train_model.py --genome ${genome} --genome_json ${genome_json} --labels ${labels} --labels_json ${labels_json} \\
        --split ${split} --presets presets.json --preset ${preset.keySet()[0]} --overrides overrides.json \\
        --networks networks.json --threads ${task.cpus} --device ${device} --parts ${2 ** (task.attempt - 1)} \\
        --checkpoints ${quoted(checkpoints)}/${code} ${options} --tag ${quoted(task.tag)}
    """

    stub:
    def description = '{"format": "attentome-model-1", "network": {"layers": 2, "heads": 4}, "label_shift": 20}'
    """
    # code ${code}
    for network in ${networks.collect { network -> network.id }.join(' ')}; do
        mkdir -p \$network/model
        touch \$network/model/model.safetensors \$network/{history,speed}.tsv
        echo '${description}' > \$network/model/model.json
        echo '{}' > \$network/training.json
    done
    echo '{}' > record.json
    """
}
