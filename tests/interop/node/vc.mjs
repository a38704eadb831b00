// SPDX-License-Identifier: Apache-2.0
// @digitalbazaar/vc behind one line of JSON in, one line of JSON out. The contexts, and any status list, are given by
// the caller on the first line: nothing is fetched.
import * as vc from '@digitalbazaar/vc';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import readline from 'node:readline';

const documents = new Map();

async function documentLoader(url) {
  if (documents.has(url)) {
    return {contextUrl: null, documentUrl: url, document: structuredClone(documents.get(url))};
  }
  const [did, fragment] = url.split('#');
  if (!did.startsWith('did:key:z6Mk')) {
    throw new Error(`nothing at ${url}`);
  }
  const publicKeyMultibase = did.slice('did:key:'.length);
  const id = `${did}#${publicKeyMultibase}`;
  const method = {
    '@context': 'https://w3id.org/security/multikey/v1', id, type: 'Multikey', controller: did, publicKeyMultibase
  };
  const controller = {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did, verificationMethod: [method], assertionMethod: [id], authentication: [id]
  };
  return {contextUrl: null, documentUrl: url, document: fragment ? method : controller};
}

async function issue({credential, key, created}) {
  const signer = (await Ed25519Multikey.from(key)).signer();
  const suite = new DataIntegrityProof({signer, cryptosuite, date: created});
  return vc.issue({credential: structuredClone(credential), suite, documentLoader, now: new Date(created)});
}

const signedList = options => checkStatus({...options, verifyBitstringStatusListCredential: true});
const noList = async () => ({verified: true});

async function verify({credential, now, checkStatus = signedList}) {
  const suite = new DataIntegrityProof({cryptosuite});
  const result = await vc.verifyCredential({
    credential, suite, documentLoader, now: new Date(now),
    checkStatus: credential.credentialStatus ? checkStatus : undefined
  });
  const errors = [result.error, ...(result.error?.errors ?? []), result.statusResult?.error].filter(Boolean);
  // It only says that the lists hold: whoever asks reads what they say.
  const set = (result.statusResult?.results ?? []).filter(({status}) => status);
  const told = set.map(({credentialStatus}) => `the list for ${credentialStatus.statusPurpose} says so`);
  return {verified: result.verified && !set.length, errors: [...errors.map(error => String(error.message)), ...told]};
}

async function rate(times, work) {
  await work();
  const start = process.cpuUsage();
  for (let i = 0; i < times; ++i) {
    await work();
  }
  const {user, system} = process.cpuUsage(start);
  return times * 1e6 / (user + system);
}

const operations = {
  documents: async ({documents: given}) => {
    for (const [url, document] of Object.entries(given)) {
      documents.set(url, document);
    }
    return documents.size;
  },
  issue,
  verify,
  rates: async ({credential, key, created, times}) => {
    const signed = await issue({credential, key, created});
    return {
      issue: await rate(times, () => issue({credential, key, created})),
      verify: await rate(times, async () => {
        const {verified, errors} = await verify({credential: signed, now: created, checkStatus: noList});
        if (!verified) {
          throw new Error(errors.join('; '));
        }
      })
    };
  }
};

for await (const line of readline.createInterface({input: process.stdin})) {
  const {operation, ...values} = JSON.parse(line);
  try {
    console.log(JSON.stringify({result: await operations[operation](values)}));
  } catch (error) {
    console.log(JSON.stringify({error: String(error.message ?? error)}));
  }
}
