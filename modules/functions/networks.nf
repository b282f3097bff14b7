/*
 * The networks of a run: the real one, its replicates, and the controls that its heads are held against. A network is a
 * map: its id, the seed it starts from, and where it is not the real one, what else is told of its start.
 */

// The networks beside the real one, those that share a task together:
// [[[id: 'replicate_2', control: 'replicate', seed: 2]], ..., [[id: 'control_random_01', control: 'random', seed: 1001, steps: 0], ...], ...]
// A model that was given was not trained here: it has no replicates, and no networks trained beside it.
def further_networks(settings) {
    def replicates = numbered(settings.model ? 1 : settings.replicates).drop(1).collect { number ->
        [[id: "replicate_${number}".toString(), control: 'replicate', seed: settings.seed + number - 1]]
    }
    def random = numbered(settings.random_networks).collect { number ->
        [id: named('random', number), control: 'random', seed: settings.seed + 1000 + number, steps: 0]
    }
    // The labels of each are moved by another part of the genome.
    def rotated = numbered(settings.model ? 0 : settings.rotated_networks).collect { number ->
        [id: named('rotated', number), control: 'rotated', seed: settings.seed + 2000 + number, steps: settings.rotated_steps,
            rotate: number / (settings.rotated_networks + 1) as double]
    }
    // What is no number, CHECK_INPUTS tells.
    def per_task = settings.networks_per_task instanceof Integer && settings.networks_per_task > 0 ? settings.networks_per_task : 1
    return replicates + random.collate(per_task) + rotated.collate(per_task)
}

// A preset with the shape of a given model's network: [tiny: [network: [layers: 6, ...], training: [...]]]
def of_model(preset, network) {
    return preset.collectEntries { name, parts -> [name, parts + [network: network]] }
}

def numbered(count) {
    return count instanceof Integer && count > 0 ? (1..count).toList() : []
}

def named(kind, number) {
    return "control_${kind}_${number.toString().padLeft(2, '0')}".toString()
}

// What a task with some networks is called: 'curated', 'control_random_01 to control_random_05'
def tag_of(networks) {
    return networks.size() == 1 ? networks[0].id : "${networks[0].id} to ${networks[-1].id}"
}

// A task's files, one for each network, told by the folder that they lie in or are: [[[id: 'curated', seed: 1], curated/model], ...]
def each_network(networks, files) {
    return files.collect { one -> [networks.size() == 1 ? networks[0] : networks.find { network -> network.id in [one.name, one.parent.name] }, one] }
}
