//! A model of bytes: how rare a few of them are in what images are made of.
//!
//! Measured on a Debian system with Python and JavaScript packages: executables, sources, texts,
//! zeros. It says which four bytes of a literal are its fingerprint; a bad choice costs time only.
//! Bytes are folded to lower case as the fingerprints are, so zeros count as spaces.

/// Of a byte beyond ASCII, of which literals hold hardly any.
const BEYOND: u32 = 24;

/// How rare `bytes` are in this order: half bits of information.
pub(super) fn rarity(bytes: &[u8]) -> u32 {
    let mut before = None;
    let mut sum = 0;
    for byte in bytes {
        let class = class(*byte);
        sum += match (before, class) {
            (Some(before), Some(class)) => half_bits(AFTER, before * CLASSES + class),
            (None, Some(class)) => half_bits(FIRST, class),
            (_, None) => BEYOND,
        };
        before = class;
    }
    sum
}

/// ASCII, folded.
const CLASSES: usize = 64;

fn class(byte: u8) -> Option<usize> {
    match byte | 0x20 {
        byte @ 0x20..0x40 => Some(usize::from(byte - 0x20)),
        byte @ 0x60..0x80 => Some(usize::from(byte - 0x40)),
        _ => None,
    }
}

fn half_bits(table: &[u8], at: usize) -> u32 {
    table
        .get(at)
        .map_or(BEYOND, |digit| u32::from(digit - b'0'))
}

/// Of each class, with a digit for each half bit from `0` on.
const FIRST: &[u8] = b"4?=A>AB@>><C=@===?AAAABBAB?@C?CAA9>;<8=>;:B@;=::<A::9<?@>>B@?@D>";

/// The same of each class behind each.
const AFTER: &[u8] = b"\
    1@>BBBC??B?DEAD??@BEDEEEDFBED>FE@<?=>>=B<<DC>?>>>E=<;?@?DDF>A@HA\
    2:==?;>@?@?BAB@9>=A?A?B@CACBB:BCB>@A>@?C9<AC=@BBBA@A<=BCADBCABCC\
    5=9@=>@@A:8A7B==BAADDCEEDD8?CABD@;<<<=<?<<A@<<===B<:;=>@ABCA=;C?\
    2;;:>>>???>@>A?=@>A>@?@@AAABABBBA=<@;=>>;=@A>@ABAB?@?@ABBAAB@BBA\
    5;=?:<AA7AAB>CB>7>AA?CBB8BCC?DCC9>>@>??B9>>C=@BB:DA??BBC;DD=ADCA\
    4<==?;=>8=>??>=>>>>>=??@@??@@@@@A<>?;@@?=>?@>?AAA@?7@@AAA@?AAABB\
    39<:?>6;<@;@AA@<?@A@?=A@BAABB@BBA;?@=?>?;>A@>@?@AB@@>?AB@@BB=BC@\
    4=>>?<<=>9;A8?;=<>>??@A@CC<;B??B?<><<=<=<=AB==<>=C=::<?ABCCA;<C@\
    7<:A>@@<<8:DDAA==<@BBBCEBBDCBDDB@:<::9;>8:@?;=;<<C;9:><@>BC<<EE?\
    5?>@@B?B>56B8C;>B@CCDDDEED97B?DA@@B>>AAC@?EE@ABBBF>=?CDDFFF;;:FD\
    1B?=EDFEE:6FCC=:D>@ABDAACDGHFBEFB@C>?@>E@?GAB=ACBGC@ABCDFFGE?>HC\
    4::=;>??><=9>?@=9=@@<@AA?@A>@;A@@>;==<>?;=@@>??@?@??>>@@@@@A=>A?\
    4A:C?CCBCB6CBCDB>@@CBEBDBDFGFFFEF<C7@8B9@9F:@:@:A<>;>=C=F>FA;GHD\
    7??@A??AAA<AB5B@;9<>?@AA>@CBCB9CB;<:;;;==;A?;<<=:@;:;>==AB@C>ADC\
    6@=BBBEB9B8EAF:98==?>??A9AFGDFFE@:>:;<<<=;>@<;==:C;::=>@BECE=CH;\
    9>AACBDB<:8DBD=9;:ACBBCEAFCEFFC6C<><<>?>?>CB;><:<D><>>@?>=BB=E=A\
    7=>A@@A=B<=D;?;>3:;=<><=?>??CBEEC<;@>=>D:?CD=ADDDE?BABEE<EEC>=F@\
    8>=@?AA>A<<C:>9=89:;;::<<<>>CBCD@><=;<>B>ABC?ABC@DBA?@BCCDDD><D=\
    5>=@@A?>@;:B:>9?7::::8::;;=@CBACB=;===<B=@AB@AAB@CAABBBCACCB><B<\
    7<=>==>>@<;@:>9?8:89:9::;;=ABBBBB=;;<<<A=@AB?@AA@BAAA@BB@BBC==C=\
    6===:<==?<9A;=<>9;;:9;::;;=@BBAAA=;====A=?AB@AAB@BAA@BBABBBA?>C=\
    7<=>@??>@=;@;>:?9::9999;<;=@AA@@A=;<=<=@=@@?@@@@@A@>@@AAAAAA>>A=\
    7==?@>@>A=:A<>;?8;8:7999;;=@B>CAB=;<<<=@=<AA?@@BABAAABABABBC>?C=\
    6<=>??>=@=;A<><>9:9::99::;=@BB?BB<;;<<<@<?@A??AAAAA>AABBBBBC=@C=\
    7;<>?@@?@=<A=?=<::<<<<<<<<=AABCBB99<:=<@7<@A;?@B@BA@A@BBBBB>>@C=\
    7=>?@@@?A><A<?>@:;;;;<;<;:>BABBBB=;<<<=@=@@A>@AB@BAA?AAAABBC=?C>\
    2?9BBACB@C6DBBD;>?@@@AAAAA;DEDDE??@>@>>C@@ECA?@B;E>?;ABDDEE8>AFD\
    7>?AA?BBBA3BBACACCCD@ACBCDC:C@DCC:?=@=><?9DA?AA=B:=@>B>>D;DB7BDC\
    6;<>9<>;>???@>?:>>??@A????@@;<?@@;>;<==?;<@?===><@<:;><@AAA??AA=\
    3=:BA@B>>C@CCBCA<>@ABBCCCCDCB69CA>@??==A?>CA@?;?>C==;@@ABBC<>CB<\
    3;<???@?<>:A=A=>@@AABAABAA@9?<8A??@@?@@A<>BB?@>A@B@??BBBBBB;<=B?\
    5==@@@AA?@@BBB=?BABACCCCBB6BBAB>8@BB6@?C=@CC@B@BBCAB@C@CCCCA@BBB\
    5;;>=>@?<=<A;A;;=?BBBC@B>A??@ABA9<><==<>9<@@;>=>9A;<;??@@BB@=?A=\
    :DBHFHHECBCC<D<>CCCEDEDEDCBCIEGHG6<7:<@:D:D=788>;?796<>=?;AF@AB@\
    ;@>CDCEAA@BB7A8<@@@@A@AAAAA>ECEFE6>=?6?A@:8B7@@8>?;;?8BCC:BDCCG?\
    <CAEDEGC@ABD9C?@@@BACACABAB>CCGHD6@<?7?B7;@:9A@5>D:>6;@D@>ADCDJ>\
    5A=C8DD?<=>B:@:<BABCCBCCCA=?EACBC8>?<5?A>8AC=@@:>E<;=;AAB=F@@AI;\
    6E=HEIGA==>B;@<?D?DEFEEFED<@D@DCC9?98=;>B?CB9;7?=<678A<>:>EBAAL<\
    6B@DDCEB=>@B;@87@AAABBBC@AAAECGGD8A@>99D@5FF;C@7BF9><9EEE?GDBCH?\
    7A=DCDD@=>?A:@;>@CCDEDEDAD?<EABCB7;=?5@=;8BB;<:;?C99;:ABCAAA@AG<\
    9=@BDDEC>>B@=B?>CCECGGDGD<?@G@CCC8@>A5CE?8FEAAA9@E>@;>DFEBGEDCI>\
    >ACFGHHFEBED=CAAEDDFGHHHF@EDHEGHI9;8999:EBDA9957<C;78C<F?G=HHDK@\
    9<=?>>@@>>>>9A;@?AAABABA@A?@BA@BA:;<=4?@?=@>?@@9>@A6@;AAAAA?C@C@\
    8@>BABC@<=?@8@:?@BBCBCAC@C>=C@C=B7;=>5>=?8B?<<;<=B>9=;B=BACB@AF;\
    9?@D;EFA>>?E=A>?GCDFGFGGG>@@FADED8>>:5:BC6EC8AB8@E@::9?CG;F?CBI=\
    8@@EEEFB?@AD;B>>CCDEEEEEC@ABFCDFC5:??4ABA8CA>;?87DA9@;CDD?DEEDI=\
    5D=GEFG?>?@G>@=AFEGCIIEIFH?@G@ECC8@977<8B:C=>A=8<EA86;>EH>FC>@K=\
    9ECGCEFECDBG>BABFHGHGGHHFHCDHDGHG;::9A:=D=B=:94;9E5;98=;ACEGEGI>\
    ;@?B?DEC>@AF?A<?ACDEFFFEBF@CECDFD6@?<5AB<:D@8AB7:E6;8:BDA:FEEDH>\
    :>>@@@AA?@@A8B>A?AAAABABAA??B@CBB6:=?>@@??@A<?AAA?>?@2A@AAABA@D@\
    7E?GFFFA=?@F=A=@FDEGFGGHGH?BFBBED7@;<4?<C7G==<97@F999;=BG;FCC@J=\
    6D=EEEF?==>F;@9=CCCBEEFFEG<AF?EAB;@;A5@>:9F>?@@::B>95:AAD>F@BAJ=\
    7D>F<DE@=>?E<?;@ECCDEFCEEF>AC@CDC8A<@6?D66ED??A8=F8:;:C@D9DAABI;\
    ;CBDDCDC@BAB>CBC=BCDDEDDCEECCDEFD:;;=6>=?:DB796A9F677BDEBEEFFEGA\
    ;@@CBBCB?@@D=@>=A;?BBDBDBDCCEBCEB4>>@3AAA6CBA@?9?CA@?ABCABDCCCF>\
    7??BABCA=@@C;A=B@BCCCCCCACAADBDDB6<>>7??75BB?A:8?B99?BB>?ACBCCE=\
    9>?AA@B@>=?C<?=A=>A@AABB>B>BD@DDB<=;?;?C=;CC?@BA7D@@7CCD3@B@CAE<\
    5A<CABC?;<=D:?;@BBCDDDDDDD;?@?BAA:====@AA=CB<;::5D=:9@A@>@B@@>D9\
    9=<???>?>?=?;>>@==@@@AAA@AAAA@BAA9;<=4?>=;@@<?:8?A@>>=@@@<7@A@@>\
    9@:A?@C<>D5CC=>C:;>@ABCCAD?EACED><><==>A>:B><><<=C<8:?=BBCD=87B?\
    7>8@7@BA?B=CDBAABCDDD>DDDEEEEADD@;CCACCE@CEECC2DCEB@<:@D;EEB9BEE\
    5?=A??B?<85A5B<@ADEDEECCAB=:C?AA>9DAD@?C<@CABDD@CE@CBDBDCCE?98D@\
    8:<=<;==;><?=======?>>>?>??@>>??>7??=>??=??@>??>?@???@@@?@@>=?;=\
    ;@ACADDC>ABEAE>CA>@BBB@?BDDCEDFEC9;88::<;9@>;9:;8?988=;<AC=BBCF9";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_and_words_are_common_and_what_tokens_begin_with_is_rare() {
        assert_eq!(FIRST.len(), CLASSES);
        assert_eq!(AFTER.len(), CLASSES * CLASSES);
        let order: [&[u8]; 6] = [
            b"\0\0\0\0",
            b"tion",
            b"pass",
            b"ghp_",
            b"xoxb",
            b"\xff~q\xee",
        ];
        assert!(order.is_sorted_by_key(|bytes| rarity(bytes)));
        assert_eq!(rarity(b"TOKEN"), rarity(b"token"));
    }
}
