// Package pinyin turns spelling into Chinese: the words behind the terminal's
// keyboard.
//
// A resident types the sounds of what she wants to say, without tones and without
// blanks. The letters are cut into syllables in every way they allow (xian is one
// syllable or two), words of the dictionary are laid over the syllables, and the
// phrase whose words are the most frequent together comes first; then come other
// words for all letters, then words for the first few, longest first, and at last
// the characters of the first syllable one by one, so that whatever has a spelling
// can be written.
//
// It is lenient: the last syllable need not be complete, initials alone stand for a
// word where nothing better fits, v is ü, and the sounds that many speakers do not
// tell apart (z and zh, n and l, an and ang) find each other, all at a price, so that
// what was spelled exactly comes before.
//
// The dictionary is that of Debian's rime-data-pinyin-simp (deploy/pinyin), with the
// words of a community (community.txt) on top. It is unpacked when the first letter
// is typed. Nothing that is typed is kept: the same letters always give the same
// words, whoever was here before.
package pinyin
