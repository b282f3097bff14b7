// How well the main network's outputs find the labelled sites of the test arc.
process EVALUATE {
    label 'process_single'

    input:
    path genome
    path genome_json
    path outputs
    path labels
    path labels_json
    path split
    val seed             // of the bootstrap
    val code

    output:
    path 'metrics.json', emit: metrics
    path 'metrics.tsv' , emit: metrics_table
    path 'curves.tsv'  , emit: curves
    path 'calls.bed'   , emit: calls
    path 'record.json' , topic: records

    script:
    """
    # code ${code}
    evaluate_model.py --genome ${genome} --genome_json ${genome_json} --outputs ${outputs} --labels ${labels} \\
        --labels_json ${labels_json} --split ${split} --seed ${seed} --out .
    """

    stub:
    """
    # code ${code}
    touch metrics.tsv curves.tsv calls.bed
    echo '{}' | tee metrics.json > record.json
    """
}
