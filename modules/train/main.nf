include { json ; quoted } from '../parameters'

// The network, trained on the training arc and stopped by the validation arc.
process TRAIN {
    tag "${meta.id}"
    label 'process_long'
    label 'process_gpu'

    input:
    // [id: 'curated'], labels.safetensors, labels.json, split.tsv, auxiliary.safetensors or [], and of the presets the
    // one that is used: [tiny: [network: [layers: 2, ...], training: [segment: 256, ...]]]
    tuple val(meta), path(labels), path(labels_json), path(split), path(auxiliary), val(preset)
    path genome
    path genome_json
    val overrides        // [window: 256]: settings in place of the preset's
    val seed
    val device           // 'auto', 'cpu' or 'cuda'
    val checkpoints      // folder outside of the task's own, where a task that was killed finds the states that it kept
    val code

    output:
    tuple val(meta), path("${meta.id}/model"), emit: model
    tuple val(meta), path("${meta.id}/history.tsv"), path("${meta.id}/training.json"), emit: training
    path "${meta.id}/speed.tsv", emit: speed
    path 'record.json', topic: records

    script:
    def options = [auxiliary ? "--auxiliary ${auxiliary}" : '', meta.peer ? '--peer' : ''].findAll().join(' ')
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(preset))} > presets.json
    printf '%s\\n' ${quoted(json(overrides))} > overrides.json
    train_model.py --genome ${genome} --genome_json ${genome_json} --labels ${labels} --labels_json ${labels_json} \\
        --split ${split} --presets presets.json --preset ${preset.keySet()[0]} --overrides overrides.json --seed ${seed} \\
        --threads ${task.cpus} --device ${device} --parts ${2 ** (task.attempt - 1)} --checkpoints ${quoted(checkpoints)}/${code} \\
        ${options} --out ${meta.id}
    """

    stub:
    """
    # code ${code}
    mkdir -p ${meta.id}/model
    touch ${meta.id}/model/model.safetensors ${meta.id}/{history,speed}.tsv
    echo '{"format": "attentome-model-1", "network": {"layers": 2, "heads": 4}, "label_shift": 20}' > ${meta.id}/model/model.json
    echo '{}' | tee ${meta.id}/training.json > record.json
    """
}
