// SPDX-License-Identifier: Apache-2.0
// Every sentence, French then English. {name} is replaced by a fact; the no-break spaces are written out.

const N = "\u00a0";
const fr = (text) => text.replace(/ ([:;?!»])/g, `${N}$1`).replace(/« /g, `«${N}`);

/** Each verdict: a title, then what it means. */
export const VERDICTS = {
  valid: [
    ["Attestation authentique, en cours de validité", "Tous les contrôles viennent d’être refaits sur cet ordinateur, sans réseau."],
    ["Genuine credential, currently valid", "Every check was just made on this computer, without any network."],
  ],
  then: [
    ["Attestation authentique", "Elle était en vigueur le {at}. Pour savoir ce qu’il en est aujourd’hui, déposez ici une liste de statuts plus récente, ou consultez sa page publique."],
    ["Genuine credential", "It was in force on {at}. To know how it stands today, drop a more recent status list here, or open its public page."],
  ],
  ended: [
    ["Attestation authentique, qui n’est plus en vigueur", "Elle a bien été délivrée telle quelle. Le contrôle marqué ci-dessous dit pourquoi elle ne vaut plus."],
    ["Genuine credential, no longer in force", "It was issued exactly as it is. The check marked below says why it no longer stands."],
  ],
  unknown: [
    ["On ne peut pas conclure", "Rien ne prouve que ce document est faux, ni qu’il est vrai : il manque ce que dit le contrôle marqué ci-dessous."],
    ["No conclusion can be drawn", "Nothing shows that this document is false, nor that it is true: what the check marked below asks for is missing."],
  ],
  refused: [
    ["Ce document n’est pas authentique", "Ne vous y fiez pas. Le contrôle marqué ci-dessous dit ce qui ne va pas."],
    ["This document is not genuine", "Do not rely on it. The check marked below says what is wrong."],
  ],
};

/** Each outcome of a step: a title, then what was found. */
export const STEPS = {
  "parse.ok": [["Le fichier n’a qu’une lecture", ""], ["The file can be read in one way only", ""]],
  "parse.malformed": [["Ce fichier est abîmé", "Il ne se lit pas jusqu’au bout."], ["This file is damaged", "It cannot be read to its end."]],
  "parse.ambiguous": [["Ce fichier a deux lectures", "« {name} » y est dit de deux façons."], ["This file can be read in two ways", "It says “{name}” in two ways."]],
  "parse.size": [["Ce fichier est trop grand", "Une attestation n’a jamais cette taille."], ["This file is too large", "No credential is that large."]],
  "parse.empty": [["Aucune attestation dans ce fichier", "Demandez à son titulaire le fichier d’origine : une copie d’écran ou une impression ne porte pas la preuve."], ["No credential in this file", "Ask its holder for the original file: a screen capture or a printout does not carry the proof."]],
  "parse.several": [["Plusieurs attestations à la fois", "Déposez-les l’une après l’autre."], ["Several credentials at once", "Drop them one after the other."]],
  "parse.other": [["Ce fichier n’est pas une attestation", "On attend une attestation Open Badges 3.0 : JSON, PNG, SVG, PDF, ou le dossier de preuve entier (ZIP)."], ["This file is not a credential", "An Open Badges 3.0 credential is expected: JSON, PNG, SVG, PDF, or the whole proof kit (ZIP)."]],
  "safe_mode.ok": [["Chaque mot a un sens défini", "Rien de ce que vous lisez n’échappe à la signature."], ["Every word has a defined meaning", "Nothing that you read escapes the signature."]],
  "safe_mode.undefined": [["Un mot n’est pas défini", "« {name} » a pu être ajouté après la signature."], ["A word is not defined", "“{name}” may have been added after the signature."]],
  "safe_mode.spelling": [["Une écriture inhabituelle", "« {name} » échapperait à ceux qui lisent."], ["An unusual spelling", "“{name}” would escape readers."]],
  "safe_mode.twice": [["Une même chose décrite deux fois", "« {name} » est décrit à deux endroits."], ["One thing described twice", "“{name}” is described in two places."]],
  "safe_mode.context": [["Un vocabulaire que nous n’acceptons pas", "{name}"], ["A vocabulary that we do not accept", "{name}"]],
  "trust.absent": [["Il manque les clés de celui qui a signé", "Déposez aussi son fichier « confiance.json », que le certificateur publie."], ["The keys of the signer are missing", "Drop its “confiance.json” file as well, which the certifier publishes."]],
  "trust.malformed": [["Le fichier des clés est abîmé", "Reprenez « confiance.json » à l’adresse du certificateur."], ["The file of keys is damaged", "Fetch “confiance.json” again from the certifier’s address."]],
  "key.ok": [["La clé désignée est celle de {name}", "Une clé en service depuis le {since}. Empreinte : {fingerprint}"], ["The key named is that of {name}", "A key in use since {since}. Fingerprint: {fingerprint}"]],
  "key.stranger": [["Émetteur inconnu de ce fichier de clés", "{issuer} a peut-être signé ; ses clés ne sont pas ici."], ["Issuer unknown to this file of keys", "{issuer} may have signed; its keys are not here."]],
  "key.other": [["Signé par une clé qui n’est pas celle du certificateur", "{method}"], ["Signed by a key that is not the certifier’s", "{method}"]],
  "key.not_yet": [["Signé avant que la clé n’existe", "Elle n’est en service que depuis le {since}."], ["Signed before the key existed", "It has only been in use since {since}."]],
  "key.retired": [["Signé après le retrait de la clé", "Elle a été retirée le {until}."], ["Signed after the key was retired", "It was retired on {until}."]],
  "signature.ok": [["La signature est intacte", "Pas une lettre n’a changé depuis le {at}."], ["The signature is intact", "Not one letter has changed since {at}."]],
  "signature.bad": [["La signature ne correspond pas", "Le contenu a été changé après la signature, ou signé par quelqu’un d’autre."], ["The signature does not match", "The content was changed after it was signed, or somebody else signed it."]],
  "signature.none": [["Aucune signature", "Rien ne dit qui a écrit ce document."], ["No signature", "Nothing says who wrote this document."]],
  "signature.several": [["Plusieurs signatures", "Cette page n’en lit qu’une. Vérifiez ce document en ligne."], ["Several signatures", "This page reads one only. Verify this document on line."]],
  "signature.form": [["Une forme de signature que cette page ne lit pas", "« {name} ». Vérifiez ce document en ligne."], ["A form of signature that this page does not read", "“{name}”. Verify this document on line."]],
  "signature.future": [["Signé dans l’avenir", "Le {at}, dit la signature. L’horloge de cet ordinateur est-elle juste ?"], ["Signed in the future", "On {at}, says the signature. Is the clock of this computer right?"]],
  "status.ok": [["Ni révoquée, ni suspendue", "Dit la liste signée le {at}."], ["Neither revoked nor suspended", "Says the list signed on {at}."]],
  "status.ok_then": [["Ni révoquée, ni suspendue le {at}", "La liste jointe date de ce jour-là : elle ne dit rien de ce qui a suivi."], ["Neither revoked nor suspended on {at}", "The list at hand is of that day: it says nothing of what followed."]],
  "status.none": [["Sans statut", "Son émetteur n’a pas prévu de la révoquer."], ["No status", "Its issuer did not provide for its revocation."]],
  "status.required": [["Le statut manque", "Cet émetteur en donne toujours un."], ["The status is missing", "This issuer always gives one."]],
  "status.absent": [["Le statut n’est pas connu", "Déposez la liste de statuts : {url}"], ["The status is not known", "Drop the status list: {url}"]],
  "status.revoked": [["Révoquée", "Son émetteur l’a retirée, dit la liste signée le {at}. Une révocation est définitive."], ["Revoked", "Its issuer withdrew it, says the list signed on {at}. A revocation is final."]],
  "status.suspended": [["Suspendue", "Elle l’était le {at}, jour où la liste a été signée. Une suspension peut être levée."], ["Suspended", "It was on {at}, when the list was signed. A suspension may be lifted."]],
  "status.entry": [["Un statut que cette page ne lit pas", "Vérifiez ce document en ligne."], ["A status that this page does not read", "Verify this document on line."]],
  "status.list": [["La liste de statuts n’est pas celle de l’émetteur", "{url}"], ["The status list is not the issuer’s", "{url}"]],
  "dates.ok": [["En cours de validité", "Du {from} au {until}."], ["Within its period of validity", "From {from} to {until}."]],
  "dates.from": [["En cours de validité", "Depuis le {from}, sans fin."], ["Within its period of validity", "Since {from}, without end."]],
  "dates.none": [["Sans dates de validité", ""], ["No dates of validity", ""]],
  "dates.not_yet": [["Pas encore valable", "Elle le sera le {from}."], ["Not valid yet", "It will be on {from}."]],
  "dates.expired": [["Arrivée à son terme", "Elle valait jusqu’au {until}."], ["Expired", "It was valid until {until}."]],
  "dates.malformed": [["Une date qui n’en est pas une", "« {value} »"], ["A date that is none", "“{value}”"]],
  "authority.own_name": [["Délivrée par le certificateur lui-même", ""], ["Issued by the certifier itself", ""]],
  "authority.ok": [["L’organisme était habilité ce jour-là", "{name}"], ["The training body was authorised that day", "{name}"]],
  "authority.ended_since": [["L’organisme était habilité ce jour-là", "{name}. Son habilitation a été interrompue depuis, ce qui ne change rien à ce qui fut délivré avant."], ["The training body was authorised that day", "{name}. Its authorisation was interrupted since, which changes nothing to what was issued before."]],
  "authority.suspended": [["L’habilitation de l’organisme est suspendue", "{name}. Rien ne dit depuis quand : ce qui fut délivré avant la suspension reste valable."], ["The training body’s authorisation is suspended", "{name}. Nothing says since when: what was issued before the suspension stands."]],
  "authority.source_alone": [["Évaluée par {name}", "Aucune habilitation n’est liée à cette attestation."], ["Assessed by {name}", "No authorisation is bound to this credential."]],
  "authority.absent": [["L’habilitation de {name} manque", "L’attestation la désigne ; déposez-la aussi."], ["The authorisation of {name} is missing", "The credential names it; drop it as well."]],
  "authority.unsure": [["L’habilitation de {name} n’a pas de statut connu", "Déposez aussi la liste de statuts de cette habilitation."], ["The status of the authorisation of {name} is not known", "Drop the status list of that authorisation as well."]],
  "authority.form": [["Une délégation que cette page ne juge pas", "Vérifiez ce document en ligne."], ["A delegation that this page does not judge", "Verify this document on line."]],
  "authority.not_then": [["L’organisme n’était pas habilité ce jour-là", "{name}"], ["The training body was not authorised that day", "{name}"]],
  "authority.not_allowed": [["L’organisme était habilité pour autre chose", "{name}"], ["The training body was authorised for something else", "{name}"]],
  "authority.altered": [["L’habilitation jointe n’est pas celle qui a été signée", "{name}"], ["The authorisation at hand is not the one that was signed", "{name}"]],
  "authority.withdrawn": [["L’habilitation de l’organisme a été retirée", "{name}. Rien ne dit depuis quand."], ["The training body’s authorisation was withdrawn", "{name}. Nothing says since when."]],
  "authority.refused": [["L’habilitation jointe ne vaut rien", "{name}"], ["The authorisation inside is worthless", "{name}"]],
  "log.shown": [["Inscrite au journal public", "Écriture nº {index}, parmi {size}. {origin}"], ["Entered in the public log", "Entry {index} of {size}. {origin}"]],
  "log.shown_before_theft": [["Inscrite au journal public avant le vol de la clé", "Écriture nº {index}. {origin}"], ["Entered in the public log before the key was stolen", "Entry {index}. {origin}"]],
  "log.no_proof": [["Inscription au journal non montrée", "Aucune preuve d’inscription n’est jointe."], ["Entry in the log not shown", "No proof of the entry came with it."]],
  "log.required": [["Il manque la preuve d’inscription au journal", "Cet émetteur inscrit tout ce qu’il signe : déposez aussi le fichier « .tlog-proof »."], ["The proof of the entry in the log is missing", "This issuer logs everything that it signs: drop the “.tlog-proof” file as well."]],
  "log.no_policy": [["Inscription au journal non jugée", "Le fichier des clés ne dit pas quel journal croire."], ["Entry in the log not judged", "The file of keys does not say which log to believe."]],
  "log.stolen": [["La clé a été volée", "Le journal ne montre pas que cette attestation existait avant le vol."], ["The key was stolen", "The log does not show that this credential existed before the theft."]],
  "log.malformed": [["La preuve d’inscription est abîmée", ""], ["The proof of the entry is damaged", ""]],
  "log.checkpoint": [["La preuve d’inscription est fausse", "Le journal n’a pas signé ce point de contrôle."], ["The proof of the entry is false", "The log did not sign this checkpoint."]],
  "log.inclusion": [["La preuve d’inscription n’est pas celle de cette attestation", "Le journal signé ne la contient pas."], ["The proof of the entry is not this credential’s", "The signed log does not hold it."]],
};

/** What the page itself says. */
export const PAGE = {
  title: ["Vérification hors connexion", "Offline verification"],
  drop: ["Déposez un fichier ici", "Drop a file here"],
  drop_what: ["Dossier de preuve (ZIP), attestation (PDF, PNG, SVG, JSON), clés (confiance.json), liste de statuts : tout reste sur cet ordinateur.", "Proof kit (ZIP), credential (PDF, PNG, SVG, JSON), keys (confiance.json), status list: everything stays on this computer."],
  choose: ["Choisir des fichiers", "Choose files"],
  again: ["Oublier ces fichiers et recommencer", "Forget these files and start again"],
  waiting: ["Aucune attestation pour l’instant", "No credential yet"],
  waiting_what: ["Cette page contrôle seule, sans réseau, une attestation, son statut et son inscription au journal public.", "This page checks by itself, without any network, a credential, its status and its entry in the public log."],
  keys: ["Clés prêtes : {names}.", "Keys ready: {names}."],
  checks: ["Ce qui vient d’être vérifié", "What was just checked"],
  signed: ["Ce qui est signé", "What is signed"],
  signed_by: ["Signé le {at}", "Signed on {at}"],
  whole: ["Lire le document signé en entier", "Read the whole signed document"],
  whole_refused: ["Lire ce que prétend ce document", "Read what this document claims"],
  alone: ["Ce que cette page ne peut pas vous dire seule", "What this page cannot tell you by itself"],
  alone_keys: ["Les clés étaient jointes au fichier que vous avez reçu. Pour être sûr qu’elles sont bien celles du certificateur, comparez l’empreinte ci-dessus avec celle qu’il publie, ou déposez ici le fichier que vous aurez pris vous-même à cette adresse :", "The keys came with the file that you received. To be sure that they are the certifier’s, compare the fingerprint above with the one it publishes, or drop here the file that you fetch yourself from this address:"],
  alone_page: ["Si cette page vous a été remise par la personne que vous contrôlez, prenez-en un exemplaire à la même adresse, ou chez quelqu’un d’autre : un faux vérificateur dirait ce qu’il veut.", "If this page was handed to you by the person you are checking, get a copy from the same site, or from somebody else: a false verifier would say whatever it likes."],
  clock: ["Contrôles faits le {at}, selon l’horloge de cet ordinateur.", "Checks made on {at}, by the clock of this computer."],
  unreadable: ["{file} : ", "{file}: "],
  foot: ["Aucun réseau, aucun cookie, rien n’est conservé. Logiciel libre (Jurande).", "No network, no cookie, nothing is kept. Free software (Jurande)."],
  until: ["Valable jusqu’au", "Valid until"],
  from: ["Délivrée le", "Issued on"],
  number: ["Numéro", "Number"],
  awarded: ["a été reconnue capable", "was recognised as capable"],
  capable: ["Ce qui est reconnu", "What is recognised"],
  assessed: ["Comment cela a été évalué", "How it was assessed"],
};

// Days are those of who issued: read further west, a day that begins in Paris would be the one before.
const DAY = { day: "numeric", month: "long", year: "numeric", timeZone: "Europe/Paris" };
const INSTANTS = new Set(["at", "since", "until", "from"]);

/** Return a day in words, or with its hour for `withHour`. */
export function dayOf(milliseconds, language, withHour = false) {
  if (!Number.isFinite(milliseconds)) return "—";
  const options = withHour ? { ...DAY, timeZone: undefined, hour: "2-digit", minute: "2-digit" } : DAY;
  const text = new Date(milliseconds).toLocaleString(language === "fr" ? "fr-FR" : "en-GB", options);
  return language === "fr" ? text.replace(/^1 /, "1er ").replace(/ /g, N) : text;
}

/** Return a sentence of a pair in a language, filled with facts. */
export function said([french, english], language, facts = {}) {
  const text = language === "fr" ? fr(french) : english;
  return text.replace(/\{(\w+)\}/g, (_, name) =>
    INSTANTS.has(name) && typeof facts[name] === "number" ? dayOf(facts[name], language, name === "at") : String(facts[name] ?? ""),
  );
}
