include { code_version } from '../../functions/code_version'

include { JOIN_OUTPUTS } from '../../join_outputs'
include { PREDICT      } from '../../predict'

// The output of each network for both strands of the whole genome, computed in shards.
workflow PREDICT_GENOME {
    take:
    settings       // [preset: 'tiny', seed: 1, window: null, ...]
    models         // [[id: 'curated', seed: 1], model/]
    genome         // genome.fna
    genome_json    // genome.json
    device         // 'auto', 'cpu' or 'cuda'

    main:
    // [[id: 'curated', seed: 1], model/, 1]: each network with each shard
    ch_parts = models.combine(channel.fromList((1..settings.shards).toList()))
    PREDICT(
        ch_parts,
        genome,
        genome_json,
        settings.shards,
        settings.seed,
        settings.predict_batch,
        device,
        code_version('predict_genome.py'),
    )

    // [[id: 'curated', seed: 1], [shard_1, shard_2, ...]]
    shards = PREDICT.out.shard
        .groupTuple(size: settings.shards)
        .map { meta, folders -> [meta, folders.sort { shard -> shard.name.tokenize('_')[1] as int }] }
    JOIN_OUTPUTS(models.join(shards), genome, genome_json, code_version('join_outputs.py'))

    // [[id: 'curated', seed: 1], outputs.safetensors]
    outputs = JOIN_OUTPUTS.out.outputs

    emit:
    shards
    outputs
}
