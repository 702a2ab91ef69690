/** A network of its own with a cable to each machine, in the network namespace of this process. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

const SUBNET = '10.77.0';
const BRIDGE = 'bridge';
/** Where the service and the sender of the webhooks are. */
const HERE = 254;
const hardwareAddress = (place: number): string => `02:00:00:00:00:${place.toString(16).padStart(2, '0')}`;

export const addressOf = (machine: number): string => `${SUBNET}.${machine}`;
/** The network namespace of a machine. */
export const nameOf = (machine: number): string => `node${machine}`;
const cableOf = (machine: number): string => `cable${machine}`;

/** Connects machines 1 to `count`, each of them an empty network namespace. */
export async function layNetwork(count: number): Promise<void> {
  await ip('link set lo up');
  await ip(`link add ${BRIDGE} address ${hardwareAddress(HERE)} type bridge`);
  await ip(`addr add ${addressOf(HERE)}/24 dev ${BRIDGE}`);
  await ip(`link set ${BRIDGE} up`);
  const machines = Array.from({ length: count }, (_, index) => index + 1);
  for (const machine of machines) {
    const name = nameOf(machine);
    await ip(`netns add ${name}`);
    await ip(`link add ${cableOf(machine)} type veth peer name eth0 address ${hardwareAddress(machine)}`);
    await ip(`link set eth0 netns ${name}`);
    await ip(`link set ${cableOf(machine)} master ${BRIDGE} up`);
    await ip(`-n ${name} addr add ${addressOf(machine)}/24 dev eth0`);
    await ip(`-n ${name} link set eth0 up`);
    await ip(`-n ${name} link set lo up`);
    // Hardware addresses are known: nobody is told "no route to host" by a machine that is cut off. There is only silence.
    await know(BRIDGE, machine);
    for (const other of [HERE, ...machines.filter((each) => each !== machine)]) await know('eth0', other, `-n ${name}`);
  }
}

/** Pulls the cable of a machine. */
export async function cutOff(machine: number): Promise<void> {
  await ip(`link set ${cableOf(machine)} down`);
}

/** Puts it back. */
export async function connect(machine: number): Promise<void> {
  await ip(`link set ${cableOf(machine)} up`);
}

/** Every process of a machine. */
export async function processesOf(machine: number): Promise<number[]> {
  return (await ip(`netns pids ${nameOf(machine)}`)).split('\n').filter(Boolean).map(Number);
}

async function know(device: string, place: number, where = ''): Promise<void> {
  await ip(`${where} neigh replace ${addressOf(place)} lladdr ${hardwareAddress(place)} dev ${device} nud permanent`);
}

/** Never waits for the program: the webhooks go on meanwhile. */
async function ip(command: string): Promise<string> {
  return (await run('ip', command.split(' ').filter(Boolean))).stdout;
}
