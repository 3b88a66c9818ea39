package theme

import (
	"image/color"

	"fyne.io/fyne/v2"
	toolkit "fyne.io/fyne/v2/theme"

	"lintai/ui/font"
)

// The fonts as the toolkit wants them. They carry the family's name so that a
// character missing in the subset is looked up in the system's whole font.
var (
	Regular fyne.Resource = fyne.NewStaticResource(font.Family, font.Regular())
	Bold    fyne.Resource = fyne.NewStaticResource(font.Family+" Bold", font.Bold())
)

// Font returns the font of a weight.
func Font(bold bool) fyne.Resource {
	if bold {
		return Bold
	}
	return Regular
}

// Toolkit is the theme for what the toolkit draws by itself, which is next to
// nothing: the window's ground.
type Toolkit struct{ Panel Panel }

var _ fyne.Theme = Toolkit{}

// Color implements fyne.Theme.
func (t Toolkit) Color(name fyne.ThemeColorName, _ fyne.ThemeVariant) color.Color {
	switch name {
	case toolkit.ColorNameBackground: // each frame begins with it
		return t.Panel.Ground()
	case toolkit.ColorNameOverlayBackground, toolkit.ColorNameMenuBackground:
		return Normal.Colour(Paper)
	case toolkit.ColorNameForeground:
		return Normal.Colour(Ink)
	case toolkit.ColorNamePrimary, toolkit.ColorNameFocus, toolkit.ColorNameHyperlink:
		return Normal.Colour(Pine)
	case toolkit.ColorNameForegroundOnPrimary:
		return Normal.Colour(White)
	case toolkit.ColorNameButton, toolkit.ColorNameInputBackground:
		return Normal.Colour(Sheet)
	case toolkit.ColorNamePlaceHolder, toolkit.ColorNameDisabled:
		return Normal.Colour(SoftInk)
	case toolkit.ColorNameError:
		return Normal.Colour(Red)
	}
	return toolkit.DefaultTheme().Color(name, toolkit.VariantLight)
}

// Font implements fyne.Theme.
func (t Toolkit) Font(style fyne.TextStyle) fyne.Resource { return Font(style.Bold) }

// Icon implements fyne.Theme.
func (t Toolkit) Icon(name fyne.ThemeIconName) fyne.Resource {
	return toolkit.DefaultTheme().Icon(name)
}

// Size implements fyne.Theme.
func (t Toolkit) Size(name fyne.ThemeSizeName) float32 {
	if name == toolkit.SizeNameText {
		return t.Panel.MM(Body)
	}
	return toolkit.DefaultTheme().Size(name)
}
