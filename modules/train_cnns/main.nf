include { json ; quoted } from '../functions/parameters'
include { tag_of } from '../functions/networks'

// Trains convolutional networks on one task, one after the other; the validation set decides when each stops.
process TRAIN_CNNS {
    tag "${tag_of(networks)}"
    label 'process_long'
    label 'process_gpu'

    input:
    // [[id: 'task1_cnn-2_relu_01', network: 'cnn-2', activation: 'relu', seed: 1, control: null], ...], task1/, and the
    // training settings: [batch_size: 25, max_epochs: 6]
    tuple val(networks), path(motif_task), val(training)
    val device           // 'auto', 'cpu' or 'cuda'
    val checkpoints      // folder outside of the task's own, where a task that was killed finds its checkpoints again
    val code

    output:
    tuple val(networks), path('*/model', arity: '1..*'), emit: model
    tuple val(networks), path('*/training.json', arity: '1..*'), emit: training
    path '*/history.tsv', emit: history
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    printf '%s\\n' ${quoted(json(training))} > training.json
    train_cnns.py --task ${motif_task} --networks networks.json --training training.json --threads ${task.cpus} \\
        --device ${device} --checkpoints ${quoted(checkpoints)}/${code} --tag ${quoted(task.tag)}
    """

    stub:
    """
    # code ${code}
    for network in ${networks.collect { network -> network.id }.join(' ')}; do
        mkdir -p \$network/model
        touch \$network/model/{last,best}.safetensors \$network/history.tsv
        echo '{}' | tee \$network/model/model.json > \$network/training.json
    done
    echo '{}' > record.json
    """
}
