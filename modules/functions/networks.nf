/*
 * The networks of a run: the main one, its replicates, and the controls that its heads are compared with. A network is
 * a map: its id, the seed it starts from, and, if it is not the main one, how it differs from the main one.
 */

// Whether a network is the main one of the run, which learns the curated sites and which the report is about; the same
// for a label set, which is the main one if it is that of the curated sites
def is_main(meta) {
    return meta.id == 'curated'
}

// From a channel of [[id: 'curated', ...], file] the file of the main network, as a value channel
def main_of(items) {
    return items
        .filter { meta, _one -> is_main(meta) }
        .map { _meta, one -> one }
        .first()
}

// The networks besides the main one, those of one task together:
// [[[id: 'replicate_2', control: 'replicate', seed: 2]],
//  [[id: 'control_random_01', control: 'random', seed: 1001, steps: 0], ...], ...]
// A given model was not trained in this run: it has no replicates, and only controls with random weights.
def further_networks(settings) {
    def replicates = numbered(settings.model ? 1 : settings.replicates).drop(1).collect { number ->
        [[id: "replicate_${number}".toString(), control: 'replicate', seed: settings.seed + number - 1]]
    }
    def random = numbered(settings.random_networks).collect { number ->
        [id: named('random', number), control: 'random', seed: settings.seed + 1000 + number, steps: 0]
    }
    // The labels of each are moved by another part of the genome.
    def rotated = numbered(settings.model ? 0 : settings.rotated_networks).collect { number ->
        [id: named('rotated', number), control: 'rotated', seed: settings.seed + 2000 + number,
            steps: settings.rotated_steps, rotate: number / (settings.rotated_networks + 1) as double]
    }
    return replicates + random.collate(settings.networks_per_task) + rotated.collate(settings.networks_per_task)
}

// A preset with the shape of a given model's network: [tiny: [network: [layers: 6, ...], training: [...]]]
def of_model(preset, network) {
    return preset.collectEntries { name, parts -> [name, parts + [network: network]] }
}

def numbered(count) {
    return count > 0 ? (1..count).toList() : []
}

def named(kind, number) {
    return "control_${kind}_${number.toString().padLeft(2, '0')}".toString()
}

// The tag of a task with some networks: 'curated', 'control_random_01 to control_random_05'
def tag_of(networks) {
    return networks.size() == 1 ? networks[0].id : "${networks[0].id} to ${networks[-1].id}"
}

// A task's networks and their models, in the same order, as words of a command: task1_cnn-2_relu_01=models/1/model ...
def named_models(networks, models) {
    def folders = models instanceof List ? models : [models]
    return [networks, folders].transpose().collect { network, folder -> "${network.id}=${folder}" }.join(' ')
}

// A task's networks with their files. The file of a network has the network's id as its name or as that of its folder:
// [[[id: 'curated', seed: 1], curated/model], ...]
def each_network(networks, files) {
    return files.collect { one ->
        def owner = networks.find { network -> network.id in [one.name, one.parent.name] }
        [networks.size() == 1 ? networks[0] : owner, one]
    }
}
