package printer

import "fmt"

// Profile is what the encoder must know of a printer.
type Profile struct {
	// Name is for technicians.
	Name string
	// Dots is the printable width in dots, 8 to the millimetre.
	Dots int
	// Columns is the width in half-width characters of 12 dots; Han takes two.
	Columns int
	// Cutter is false when slips are torn off by hand.
	Cutter bool
	// DrawnQR sends QR codes as pictures, for printers without GS ( k.
	DrawnQR bool
}

// The two widths of slip paper.
var (
	Paper58 = Profile{Name: "58 mm", Dots: 384, Columns: 32, Cutter: false}
	Paper80 = Profile{Name: "80 mm", Dots: 576, Columns: 48, Cutter: true}
)

// ForWidth gives the usual profile of a paper width: 58 mm printers have no
// cutter, 80 mm printers do.
func ForWidth(mm int) (Profile, error) {
	switch mm {
	case 58:
		return Paper58, nil
	case 80:
		return Paper80, nil
	}
	return Profile{}, fmt.Errorf("printer: no profile for paper of %d mm, only 58 and 80", mm)
}
