include { json ; quoted } from '../parameters'

// The network, trained on the training arc and stopped by the validation arc.
process TRAIN {
    label 'process_long'
    label 'process_gpu'

    input:
    path genome
    path genome_json
    path labels
    path labels_json
    path split
    path presets
    val preset           // 'tiny'
    val overrides        // [window: 256]: settings in place of the preset's
    val seed
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    path 'model'        , emit: model
    path 'history.tsv'  , emit: history
    path 'training.json', emit: training
    path 'record.json'  , topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(overrides))} > overrides.json
    train_model.py --genome ${genome} --genome_json ${genome_json} --labels ${labels} --labels_json ${labels_json} \\
        --split ${split} --presets ${presets} --preset ${preset} --overrides overrides.json --seed ${seed} \\
        --threads ${task.cpus} --device ${device} --out model
    """

    stub:
    """
    # code ${code}
    mkdir model
    touch model/model.safetensors history.tsv
    echo '{"format": "attentome-model-1", "network": {"layers": 2, "heads": 4}, "label_shift": 20}' > model/model.json
    echo '{}' | tee training.json > record.json
    """
}
