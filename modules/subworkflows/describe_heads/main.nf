include { code_version } from '../../functions/code_version'
include { read_json } from '../../functions/parameters'

include { DESCRIBE_HEAD } from '../../describe_head'
include { PROFILE       } from '../../profile'

// Where the heads of the main network look on the whole genome, and at which sequence.
workflow DESCRIBE_HEADS {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    model          // model/
    shards         // [shard_1, shard_2, ...]
    sites          // sites.bed
    elements       // elements.tsv
    genome         // genome.fna
    genome_json    // genome.json

    main:
    PROFILE(
        genome,
        genome_json,
        model,
        shards,
        settings.profile_distances == null ? '' : settings.profile_distances,
        code_version('profile_attention.py'),
    )

    // ['L1_H1', 'L1_H2']: the heads of one task
    ch_heads = model
        .map { folder -> read_json(folder.resolve('model.json')).network }
        .map { network -> head_names(network.layers, network.heads) }
        .flatMap { heads -> heads.collate(settings.heads_per_task) }
    DESCRIBE_HEAD(
        ch_heads,
        PROFILE.out.profile,
        PROFILE.out.profile_json,
        PROFILE.out.windows,
        genome,
        genome_json,
        sites,
        elements,
        code_version('describe_head.py'),
    )

    // [L1_H1, L1_H2, ...]: the folders of all heads
    folders = DESCRIBE_HEAD.out.folders
        .flatMap { heads -> heads }
        .toSortedList { a, b -> a.name <=> b.name }
        .filter { heads -> heads }
    // profile.json
    facts   = PROFILE.out.profile_json

    emit:
    folders
    facts
}

// 2 layers of 2 heads -> ['L1_H1', 'L1_H2', 'L2_H1', 'L2_H2']
def head_names(layers, heads) {
    return (1..layers).collectMany { layer -> (1..heads).collect { head -> "L${layer}_H${head}".toString() } }
}
