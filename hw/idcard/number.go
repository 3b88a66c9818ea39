package idcard

// The check character of a citizen's number after GB 11643: ISO 7064 MOD 11-2
// over the first 17 digits.
var (
	checkWeights = [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	checkLetters = "10X98765432"
)

// CheckCharacter is the 18th character of a number of which 17 digits are given.
func CheckCharacter(digits string) (check byte, ok bool) {
	if len(digits) != len(checkWeights) {
		return 0, false
	}
	sum := 0
	for i, weight := range checkWeights {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, false
		}
		sum += int(digits[i]-'0') * weight
	}
	return checkLetters[sum%11], true
}

// ValidNumber tells whether an 18-character number ends with its check character.
func ValidNumber(number string) bool {
	if len(number) != len(checkWeights)+1 {
		return false
	}
	check, ok := CheckCharacter(number[:len(checkWeights)])
	return ok && check == number[len(checkWeights)]
}

// Mask shows a number as a screen may show it: first two and last two
// characters, the rest as stars.
func Mask(number string) string {
	runes := []rune(number)
	for i := range runes {
		if len(runes) <= 4 || i >= 2 && i < len(runes)-2 {
			runes[i] = '*'
		}
	}
	return string(runes)
}
