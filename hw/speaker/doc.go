// Package speaker is the terminal's voice: sentences made by espeak-ng, or
// recorded ones that override them, a resident's voice note, and the chime of the
// call button, played through oto.
//
// What is said last counts: a new sentence ends the one before. Only the chime
// is heard out, because it announces that a call was raised. A missing sound card
// or synthesiser is a fault of the device, told as health; nothing here ever
// waits for it longer than a bounded moment, and the visit goes on without sound.
// A card that comes, or comes back, is found within some seconds. While nothing is
// said, the card is not fed.
//
// Sentences hold nothing of a person, so their sound may be kept in memory. A voice
// note is played and forgotten.
package speaker
