//! The macros that authors define alike, and what they mean.

/// Commands by a shorter name, an older one, or one misspelt.
#[rustfmt::skip]
pub(super) const RENAMED: &[(&str, &str)] = &[
    ("Cal", "mathcal"), ("roman", "mathrm"), ("goth", "mathfrak"), ("Tilde", "tilde"), ("Hat", "hat"), ("Bar", "bar"),
    ("Vec", "vec"), ("Dot", "dot"), ("Ddot", "ddot"), ("Check", "check"), ("Breve", "breve"), ("bb", "mathbb"), ("mb", "mathbb"),
    ("mbb", "mathbb"), ("matbb", "mathbb"), ("mathhbb", "mathbb"), ("mbf", "mathbf"), ("mc", "mathcal"), ("mcal", "mathcal"),
    ("mathb", "mathbf"), ("mf", "mathfrak"), ("mfr", "mathfrak"), ("ov", "overline"), ("ol", "overline"), ("overl", "overline"), ("wt", "widetilde"),
    ("wtilde", "widetilde"), ("wh", "widehat"), ("ul", "underline"), ("bs", "boldsymbol"), ("bfmit", "boldsymbol"), ("bbox", "mathbf"), ("tfr", "tfrac"),
];

/// Macros that stand for formulas. What they stand for holds only commands that are known.
#[rustfmt::skip]
pub(super) const MATHS: &[(&str, &str)] = &[
    // Sets of numbers and their kin.
    ("R", "\\mathbb{R}"), ("RR", "\\mathbb{R}"), ("IR", "\\mathbb{R}"), ("BBR", "\\mathbb{R}"), ("dbR", "\\mathbb{R}"),
    ("Real", "\\mathbb{R}"), ("Reals", "\\mathbb{R}"), ("reals", "\\mathbb{R}"),
    ("Rset", "\\mathbb{R}"), ("Rn", "\\mathbb{R}^n"), ("RN", "\\mathbb{R}^N"), ("Rd", "\\mathbb{R}^d"),
    ("Rm", "\\mathbb{R}^m"), ("rn", "\\mathbb{R}^n"),
    ("C", "\\mathbb{C}"), ("CC", "\\mathbb{C}"), ("Complex", "\\mathbb{C}"), ("cnums", "\\mathbb{C}"),
    ("Z", "\\mathbb{Z}"), ("ZZ", "\\mathbb{Z}"), ("IZ", "\\mathbb{Z}"), ("integers", "\\mathbb{Z}"),
    ("N", "\\mathbb{N}"), ("NN", "\\mathbb{N}"), ("IN", "\\mathbb{N}"), ("naturals", "\\mathbb{N}"), ("natnums", "\\mathbb{N}"),
    ("Q", "\\mathbb{Q}"), ("QQ", "\\mathbb{Q}"), ("PP", "\\mathbb{P}"), ("FF", "\\mathbb{F}"), ("HH", "\\mathbb{H}"),
    ("EE", "\\mathbb{E}"), ("TT", "\\mathbb{T}"), ("DD", "\\mathbb{D}"), ("KK", "\\mathbb{K}"), ("GG", "\\mathbb{G}"),
    ("Fq", "\\mathbb{F}_q"), ("Zp", "\\mathbb{Z}_p"), ("OO", "\\mathcal{O}"), ("bigO", "\\mathcal{O}"), ("bigo", "\\mathcal{O}"),
    ("Oh", "\\mathcal{O}"), ("bigOsoft", "\\tilde{\\mathcal{O}}"), ("otilde", "\\tilde{O}"), ("Otilde", "\\tilde{O}"),
    // Greek letters cut short.
    ("eps", "\\varepsilon"), ("ep", "\\varepsilon"), ("veps", "\\varepsilon"), ("vareps", "\\varepsilon"),
    ("vepsi", "\\varepsilon"), ("epsi", "\\varepsilon"), ("alp", "\\alpha"), ("alf", "\\alpha"), ("gam", "\\gamma"),
    ("lam", "\\lambda"), ("sig", "\\sigma"), ("kap", "\\kappa"), ("vphi", "\\varphi"), ("om", "\\omega"), ("Om", "\\Omega"),
    ("De", "\\Delta"), ("Del", "\\Delta"), ("La", "\\Lambda"), ("Lam", "\\Lambda"), ("Ga", "\\Gamma"), ("Gam", "\\Gamma"),
    ("Sig", "\\Sigma"), ("Omg", "\\Omega"), ("lap", "\\Delta"), ("Laplace", "\\Delta"),
    // Operators and relations.
    ("pa", "\\partial"), ("prt", "\\partial"), ("pd", "\\partial"), ("na", "\\nabla"), ("infinity", "\\infty"),
    ("linf", "L^\\infty"), ("iy", "\\infty"), ("ra", "\\rightarrow"), ("Ra", "\\Rightarrow"), ("lra", "\\longrightarrow"),
    ("lsim", "\\lesssim"), ("gsim", "\\gtrsim"), ("lapprox", "\\lesssim"), ("gapprox", "\\gtrsim"), ("aplt", "\\lesssim"),
    ("apgt", "\\gtrsim"), ("simlt", "\\lesssim"), ("simgt", "\\gtrsim"), ("half", "\\frac{1}{2}"), ("delbar", "\\bar{\\partial}"),
    ("dbar", "\\bar{\\partial}"), ("debar", "\\bar{\\partial}"), ("defeq", "\\coloneqq"), ("indep", "\\perp"), ("isomorph", "\\cong"),
    ("hdots", "\\ldots"), ("dotsx", "\\ldots"), ("degr", "^\\circ"), ("mydeg", "^\\circ"), ("degC", "^\\circ\\mathrm{C}"), ("bx", "\\mathbf{x}"), ("bz", "\\mathbf{z}"),
    ("bu", "\\mathbf{u}"), ("bv", "\\mathbf{v}"), ("by", "\\mathbf{y}"), ("bw", "\\mathbf{w}"), ("muhat", "\\hat{\\mu}"),
    ("ptl", "\\partial"), ("vp", "\\varphi"), ("vf", "\\varphi"), ("divo", "\\operatorname{div}"), ("diver", "\\operatorname{div}"),
    ("diverg", "\\operatorname{div}"), ("dive", "\\operatorname{div}"), ("diw", "\\operatorname{div}"), ("Tra", "\\operatorname{Tr}"),
    ("loglog", "\\log\\log"), ("softO", "\\tilde{O}"), ("bigOtil", "\\tilde{\\mathcal{O}}"), ("bigomega", "\\Omega"),
    ("PT", "\\mathcal{PT}"), ("Spinc", "\\mathrm{Spin}^c"), ("Spinh", "\\mathrm{Spin}^h"), ("Gtwo", "G_2"), ("sln", "\\mathfrak{sl}_n"),
    ("gln", "\\mathfrak{gl}_n"), ("IC", "\\mathbb{C}"), ("IQ", "\\mathbb{Q}"), ("XX", "\\mathbb{X}"), ("crc", "\\circ"),
    ("xb", "\\mathbf{x}"), ("bmx", "\\boldsymbol{x}"), ("Omeps", "\\Omega_\\varepsilon"), ("ueps", "u_\\varepsilon"),
    ("uep", "u_\\varepsilon"),
    // Astronomy.
    ("Msun", "M_\\odot"), ("msun", "M_\\odot"), ("Msol", "M_\\odot"), ("msol", "M_\\odot"), ("Lsun", "L_\\odot"),
    ("lsun", "L_\\odot"), ("Rsun", "R_\\odot"), ("rsun", "R_\\odot"), ("Zsun", "Z_\\odot"), ("zsun", "Z_\\odot"), ("sun", "\\odot"),
    ("Mpl", "M_{\\mathrm{Pl}}"), ("teff", "T_{\\mathrm{eff}}"), ("Teff", "T_{\\mathrm{eff}}"), ("logg", "\\log g"),
    ("feh", "[\\mathrm{Fe}/\\mathrm{H}]"), ("kms", "\\mathrm{km}\\,\\mathrm{s}^{-1}"), ("um", "\\mu\\mathrm{m}"),
    ("micron", "\\mu\\mathrm{m}"), ("LCDM", "\\Lambda\\mathrm{CDM}"), ("lcdm", "\\Lambda\\mathrm{CDM}"),
    ("halpha", "\\mathrm{H}\\alpha"),
    ("Halpha", "\\mathrm{H}\\alpha"), ("Hbeta", "\\mathrm{H}\\beta"),
    ("hbeta", "\\mathrm{H}\\beta"), ("lya", "\\mathrm{Ly}\\alpha"), ("Lya", "\\mathrm{Ly}\\alpha"), ("Lyb", "\\mathrm{Ly}\\beta"),
    ("Vmax", "V_{\\max}"), ("Mvir", "M_{\\mathrm{vir}}"), ("rvir", "r_{\\mathrm{vir}}"), ("Rvir", "R_{\\mathrm{vir}}"),
];

/// Macros that stand for words, names and abbreviations.
#[rustfmt::skip]
pub(super) const TEXTS: &[(&str, &str)] = &[
    ("eg", "e.g."), ("ie", "i.e."), ("Eg", "E.g."), ("Ie", "I.e."), ("etc", "etc."), ("etal", "et al."), ("wrt", "w.r.t."),
    ("iid", "i.i.d."), ("cf", "cf."), ("vs", "vs."), ("aka", "a.k.a."), ("resp", "resp."), ("viz", "viz."), ("percent", "%"),
    ("pct", "%"), ("Ito", "Itô"), ("Erdos", "Erdős"), ("Renyi", "Rényi"), ("Schrodinger", "Schrödinger"),
    ("Kahler", "Kähler"), ("kahler", "Kähler"), ("frechet", "Fréchet"), ("Frechet", "Fréchet"), ("Nystrom", "Nyström"),
    ("Poincare", "Poincaré"), ("Holder", "Hölder"), ("Cech", "Čech"), ("grob", "Gröbner"), ("insitu", "in situ"), ("emdash", "—"),
    ("endash", "–"), ("hi", "H I"), ("HI", "H I"), ("HII", "H II"), ("Hii", "H II"), ("hii", "H II"), ("Htwo", "H₂"),
    ("oiii", "[O III]"), ("OIII", "[O III]"), ("oii", "[O II]"), ("Oii", "[O II]"), ("OII", "[O II]"), ("nii", "[N II]"),
    ("NII", "[N II]"), ("sii", "[S II]"), ("SII", "[S II]"), ("neiii", "[Ne III]"), ("CIV", "C IV"), ("civ", "C IV"),
    ("mgii", "Mg II"), ("MgII", "Mg II"), ("CII", "[C II]"), ("cii", "[C II]"), ("farcs", "″."), ("farcm", "′."),
];

/// Macros that are the name of an operator, a group, a class: they are shown as they are called.
#[rustfmt::skip]
pub(super) const OPERATORS: &[&str] = &[
    "Ad", "Aut", "BMO", "Bias", "Cl", "Coker", "Corr", "Cov", "Diff", "Div", "End", "Ext", "GF", "GL", "Gal", "Gr", "Hess",
    "Hom", "Homeo", "Id", "Ind", "Inn", "Isom", "Lie", "Lip", "Mod", "NP", "OSp", "Op", "Out", "PGL", "PPAD", "PSL", "Per",
    "Perv", "Pic", "Prim", "Proj", "Res", "Ric", "Riem", "SL", "SO", "SP", "SU", "Sing", "Sp", "Spec", "Spin", "Sub",
    "Sym", "Tor", "VMO", "Var", "Vect", "Vol", "ad", "arcosh", "arsinh", "artanh", "card", "codim", "coker", "cone", "const",
    "conv", "cosec", "csch", "curl", "curv", "depth", "diam", "dist", "div", "dom", "eff", "epi", "erf", "erfc",
    "essinf", "esssup", "gl", "grad", "id", "im", "ind", "lcm", "loc", "mult", "nnz", "opt", "ord", "poly", "polylog", "rad",
    "relu", "rk", "rot", "sdepth", "sech", "sign", "softmax", "spec", "spt", "trace", "vol",
    "Ann", "Br", "Hilb", "Int", "TC", "WF", "ann", "auc", "cn", "colim", "dn", "grade", "hilb", "hocolim", "hofiber", "holim", "sn",
    "Gyr", "Myr", "Mpc", "kpc", "TeV", "GeV", "MeV", "keV", "eV", "GHz", "MHz", "Jy", "mJy",
];

/// How the names of macros begin that set letters in a font, the command meant, and how many letters they take; and commands
/// that lost their braces.
#[rustfmt::skip]
pub(super) const PREFIXES: &[(&str, &str, usize)] = &[
    ("mathbb", "mathbb", 1), ("mathcal", "mathcal", 1), ("mathfrak", "mathfrak", 1), ("mathscr", "mathcal", 1),
    ("mathrm", "mathrm", 24), ("mathbf", "mathbf", 24), ("mathsf", "mathsf", 24), ("mathit", "mathit", 24),
    ("operatorname", "operatorname", 24), ("widetilde", "widetilde", 1), ("widehat", "widehat", 1), ("overline", "overline", 2),
    ("sqrt", "sqrt", 1), ("vec", "vec", 1), ("tilde", "tilde", 1), ("hat", "hat", 1), ("bar", "bar", 2), ("frak", "mathfrak", 1),
    ("cal", "mathcal", 1), ("scr", "mathcal", 1), ("bold", "mathbf", 1), ("sf", "mathsf", 1), ("bs", "boldsymbol", 1), ("bb", "mathbb", 1), ("bf", "mathbf", 1), ("c", "mathcal", 1),
    ("b", "mathbf", 1),
];

/// How the names of macros end that put a mark on a letter, and the command meant.
pub(super) const SUFFIXES: &[(&str, &str)] = &[
    ("vec", "vec"),
    ("hat", "hat"),
    ("bar", "bar"),
    ("tilde", "tilde"),
    ("cal", "mathcal"),
    ("scr", "mathcal"),
];
