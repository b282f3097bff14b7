include { json ; quoted } from '../functions/parameters'
include { tag_of } from '../functions/networks'

// How sharply each head looks on the test arc, and at which sequence; the same for all networks, controls included.
process MEASURE_HEADS {
    tag "${tag_of(networks)}"
    label 'process_medium'
    label 'process_gpu'

    input:
    // [[id: 'curated', seed: 1], ...], [model/, ...]
    tuple val(networks), path(models, stageAs: 'models/?/*', arity: '1..*')
    path labels
    path split
    path genome
    path genome_json
    val positions        // number of positions of the test arc at which heads are measured
    val seed             // of the windows drawn at random
    val device           // 'auto', 'cpu' or 'cuda'
    val code

    output:
    tuple val(networks), path('measured/*', arity: '1..*'), emit: measured
    path 'record.json', topic: records

    script:
    """
    # code ${code}
    printf '%s\\n' ${quoted(json(networks))} > networks.json
    measure_heads.py --genome ${genome} --genome_json ${genome_json} --labels ${labels} --split ${split} \\
        --networks networks.json --models ${models.join(' ')} --positions ${positions} --seed ${seed} \\
        --threads ${task.cpus} --device ${device} --out measured --tag ${quoted(task.tag)}
    """

    stub:
    def ids = networks.collect { network -> network.id }
    def with_parts = networks.findAll { network -> !network.control }.collect { network -> network.id }
    def with_words = networks
        .findAll { network -> !(network.control in ['random', 'rotated']) }
        .collect { network -> network.id }
    """
    # code ${code}
    for network in ${ids.join(' ')}; do
        mkdir -p measured/\$network
        touch measured/\$network/{evidence.safetensors,logos.tsv,windows.tsv}
        echo '{}' > measured/\$network/measured.json
    done
    for network in ${with_parts.join(' ')}; do
        touch measured/\$network/parts.safetensors
    done
    for network in ${with_words.join(' ')}; do
        touch measured/\$network/components.tsv
    done
    echo '{}' > record.json
    """
}
