// A random circular genome with planted promoters, its annotation, three noisy TSS sets and the truth.
process SIMULATE {
    label 'process_single'

    input:
    val settings    // [sim_seed: 1, sim_length: 200000, ...]
    val code

    output:
    tuple path('simulation/tss_sets.csv'), path('simulation/genome.fna'), path('simulation/genes.gff'), emit: inputs
    path 'simulation/*', emit: files
    path 'record.json' , topic: records

    script:
    def options = settings.collect { name, value -> "--${name.replaceFirst('sim_', '')} ${value}" }.sort().join(' ')
    """
    # code ${code}
    simulate_genome.py --out simulation ${options}
    """

    stub:
    """
    # code ${code}
    mkdir simulation && cd simulation
    printf '>sim\\nACGT\\n' > genome.fna
    printf 'set,source,format\\na,set_a.bed,bed\\nb,set_b.gff3,gff3\\nc,set_c.tsv,table\\n' > tss_sets.csv
    touch genes.gff set_a.bed set_b.gff3 set_c.tsv truth.tsv
    echo '{}' > ../record.json
    """
}
