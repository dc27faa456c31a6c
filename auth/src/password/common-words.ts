/**
 * What common passwords are made of: words, names and keyboard patterns of the kind that leaked passwords are known for,
 * cat words, and this product's own. Lower case, letters for the figures that stand for them ("p4ssw0rd" is looked up
 * as "password"). Written by hand, taken from no list and measured against none.
 */
const COMMON_TEXT = `
password passwort passw pass motdepasse contrasena senha wachtwoord parola parole haslo heslo admin administrator root
user username guest login welcome willkommen bienvenue letmein letme changeme change default temp temporary test
testing tester demo example sample secret secure security private access master super superman batman spiderman
ironman pokemon naruto dragon monkey tiger lion bear wolf eagle falcon hawk shark horse dolphin butterfly bunny rabbit
mouse dog doggy puppy cat cats kitty kitten katze chat gato tomcat meow purr purrimeter whiskers fluffy felix garfield
simba tigger smokey shadow oreo luna bella misty ginger pepper mittens paws collar tracker
iloveyou ilove love lover loveme loveyou youlove forever always together baby babygirl babyboy angel princess prince
queen king kingdom sweetheart sweet sweety honey sugar candy cookie chocolate cherry apple banana orange lemon flower
rose lily daisy jasmine violet summer winter spring autumn sunshine sunny rainbow star starwars stars moon moonlight
sky heaven earth world hello hellothere goodbye good morning night happy birthday family mother father mommy daddy
sister brother friend friends bestfriend jesus christ god blessed faith hope freedom peace lucky money dollar
football fussball soccer baseball basketball hockey tennis golf liverpool chelsea arsenal barcelona realmadrid
manchester united juventus bayern dortmund yankees cowboys steelers lakers eagles rangers
michael michelle jessica jennifer ashley amanda daniel andrew joshua matthew thomas robert william richard charlie
jordan jordan23 hunter harley ranger buster george maggie samantha sophie nicole andrea anthony alexander alexis
maria marina martin peter andreas stefan sarah anna emma julia laura lisa david john james jack harry oliver lucas
carlos jose juan luis diego miguel pierre jean marie lovely pretty beautiful sexy hottie asshole fuck fuckyou fuckoff
shit bitch pussy killer ninja hacker matrix trustno trustnoone whatever nothing computer internet google facebook
instagram youtube microsoft windows linux iphone samsung nokia android gamer gaming minecraft fortnite
roblox nintendo playstation xbox mustang ferrari porsche mercedes corvette harleydavidson yamaha honda toyota
silver golden gold diamond crystal purple yellow green blue black white red pink metal music guitar rock metallica
nirvana eminem blink slipknot london paris berlin madrid roma moscow newyork california texas america england
germany france canada india china russia brasil australia january february march april may june july august september
october november december monday tuesday wednesday thursday friday saturday sunday one two three four five six seven
eight nine ten zero hundred thousand abc abcd qwe qwer qwert qwerty qwertyui qwertyuiop qwertz azerty asd asdf
asdfgh asdfghjkl zxc zxcv zxcvbn zxcvbnm qaz wsx edc rfv tgb yhn ujm qazwsx qazwsxedc zaq xsw cde vfr bgt nhy mju
the this that is my your our and you are was with for not but all can me
correcthorsebatterystaple tobeornottobe maytheforcebewithyou thequickbrownfox thisismypassword nevergonnagiveyouup
opensesame supercalifragilisticexpialidocious
`;

/** The words above, to look up. */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  COMMON_TEXT.split(/\s+/u).filter((word) => word !== ""),
);

/** Length of the longest word. */
export const LONGEST_COMMON_WORD = Math.max(...[...COMMON_WORDS].map((word) => word.length));

/** Rows and alphabets that fingers and minds walk along, forwards or backwards. */
export const WALKS: readonly string[] = [
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "asdfghjkl",
  "yxcvbnm",
  "zxcvbnm",
  "1q2w3e4r5t6y7u8i9o0p",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik",
  "!@#$%^&*()",
  "qpwoeirutyalskdjfhgzmxncbv",
];
