import { describe, expect, test } from "bun:test";
import { detectLanguage } from "./detect-language.ts";

const GERMAN =
  "Die Miete ist am ersten Tag des Monats im Voraus zu zahlen. Der Mieter haftet nicht, wenn der Vermieter die Wohnung zu spaet bereitstellt. ";
const ENGLISH =
  "The rent is due on the first day of the month. No dog may live in the house without the landlord's consent. ";

const RUSSIAN =
  "Арендная плата вносится в первый день месяца. Жилец не имеет права держать собак в квартире без разрешения хозяина этого дома. ";

describe("a text in ASCII alone has the stemmer of its language, not English", () => {
  test.each([
    ["german", GERMAN],
    [
      "dutch",
      "De huur moet op de eerste dag van de maand worden betaald. De huurder mag geen honden houden zonder toestemming van de eigenaar.",
    ],
    [
      "spanish",
      "El inquilino debe pagar la renta el primer dia de cada mes y no puede tener perros sin permiso del propietario de la casa.",
    ],
    [
      "italian",
      "Il canone deve essere pagato il primo giorno del mese. Il conduttore non deve tenere cani senza il permesso del proprietario.",
    ],
    [
      "french",
      "Le loyer est du le premier jour du mois. Le locataire ne doit pas avoir de chien dans la maison sans accord du bailleur.",
    ],
    [
      "indonesian",
      "Uang sewa harus dibayar pada hari pertama setiap bulan. Penyewa tidak boleh memelihara anjing tanpa izin dari pemilik rumah.",
    ],
    [
      "simple",
      "Czynsz musi zostac wplacony pierwszego dnia miesiaca. Najemca nie moze trzymac psa bez zgody wlasciciela mieszkania.",
    ],
    ["english", ENGLISH],
  ])("%s", (language, text) => {
    expect(text).not.toMatch(/[^\p{ASCII}]/u);
    expect(detectLanguage(text)).toBe(language);
  });
});

describe("what is too short to tell, or no prose, is English in ASCII", () => {
  test.each([
    "",
    "Rent due Monday",
    "1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
    "for (let i = 0; i < n; i++) { total += items[i].price * items[i].count; }\nreturn total;",
    '{"name": "atelier", "version": "1.0.0", "type": "module", "dependencies": {"hono": "4"}}',
    "id,name,amount\n1,Miller,300\n2,Smith,450\n",
  ])("%j", (text) => {
    expect(detectLanguage(text)).toBe("english");
  });
});

test("a text in another script has its stemmer, and none where there is none", () => {
  expect(detectLanguage(RUSSIAN)).toBe("russian");
  expect(detectLanguage("房租在每个月的第一天支付，没有房东的许可不得养狗。")).toBe("simple");
  expect(detectLanguage("家賃は毎月")).toBe("simple");
});

test("a German text with umlauts is German, also with a little English in it", () => {
  const mixed = "Die Käfer sind grün und fliegen über die Wiese, während die Bienen schlafen. OK.";
  expect(detectLanguage(mixed)).toBe("german");
});

/** House rules of some length: all scores of a long text come close to each other. */
const HOUSE_RULES = {
  dutch:
    "De huur moet op de eerste dag van de maand worden betaald. De huurder mag geen honden houden zonder toestemming van de eigenaar. Wie zijn sleutels verliest, betaalt een nieuw slot. In de kelder staan fietsen, in de gang staat niets. Het vuilnis wordt op dinsdag opgehaald; het papier op de laatste vrijdag van de maand. Tussen tien uur 's avonds en zeven uur 's ochtends is het stil in het huis. De verwarming wordt in oktober aangezet en in april weer uit. Reparaties meldt men bij de beheerder, die binnen drie dagen antwoordt. Een borg van drie maanden wordt bij het begin van de huur op een rekening gestort en na afloop met rente teruggegeven, tenzij er schade is. Kleine kinderen spelen op de binnenplaats, grote kinderen in het park. Bij brand gaat iedereen naar buiten en belt de brandweer. De trap wordt om de beurt schoongemaakt, elke week door een andere verdieping. Wie verhuist, zegt drie maanden van tevoren op, schriftelijk, aan het eind van een maand. Bezoek mag blijven slapen, maar niet langer dan zes weken zonder bericht. De was hangt men op zolder op, niet uit het raam. Het is verboden op het balkon te koken met open vuur. Auto's staan op straat of in de garage, nooit voor de poort. Elke zomer is er een feest in de tuin, waar iedereen iets te eten meebrengt.",
  italian:
    "Il canone deve essere pagato il primo giorno del mese. Il conduttore non deve tenere cani senza il permesso del proprietario. Chi perde le chiavi paga una serratura nuova. Le biciclette stanno in cantina, nel corridoio non sta niente. I rifiuti si portano fuori il martedi; la carta viene ritirata ogni ultimo venerdi del mese. Tra le dieci di sera e le sette del mattino la casa deve restare in silenzio. Il riscaldamento viene acceso in ottobre e spento in aprile. I guasti si segnalano al custode, che risponde entro tre giorni. Una cauzione di tre mesi viene versata all'inizio e restituita alla fine con gli interessi, se non ci sono danni. I bambini piccoli giocano nel cortile, quelli grandi nel parco. In caso di incendio tutti escono e chiamano i pompieri. Le scale vengono pulite a turno, ogni settimana da un altro piano.",
  indonesian:
    "Uang sewa harus dibayar pada hari pertama setiap bulan. Penyewa tidak boleh memelihara anjing tanpa izin dari pemilik rumah. Siapa yang kehilangan kunci harus membayar kunci baru. Sepeda disimpan di ruang bawah tanah, bukan di lorong. Sampah diambil pada hari Selasa dan kertas pada hari Jumat terakhir setiap bulan. Antara jam sepuluh malam dan jam tujuh pagi rumah harus tenang. Pemanas dinyalakan pada bulan Oktober dan dimatikan pada bulan April. Kerusakan dilaporkan kepada pengelola yang menjawab dalam waktu tiga hari. Uang jaminan sebesar tiga bulan sewa dibayar pada awal sewa dan dikembalikan setelah selesai, kecuali ada kerusakan. Anak kecil bermain di halaman, anak besar bermain di taman. Jika terjadi kebakaran semua orang pergi ke luar dan memanggil pemadam kebakaran. Tangga dibersihkan secara bergiliran setiap minggu oleh lantai yang lain.",
};

test.each(Object.entries(HOUSE_RULES))(
  "a long text in ASCII is %s and not English",
  (language, text) => {
    expect(text).not.toMatch(/[^\p{ASCII}]/u);
    expect(detectLanguage(text)).toBe(language);
    expect(detectLanguage(`${text} `.repeat(4))).toBe(language);
    expect(detectLanguage(`# House rules\n\n${text}`)).toBe(language);
  },
);

test("of a long text the beginning, the middle and the end count, and nothing between", () => {
  const { dutch } = HOUSE_RULES;
  const long = (text: string) => text.repeat(40).slice(0, 4_800);
  const text = (head: string, middle: string, tail: string) =>
    [long(head), ENGLISH.repeat(60), long(middle), ENGLISH.repeat(60), long(tail)].join(" ");
  expect(detectLanguage(text(dutch, dutch, dutch))).toBe("dutch");
  expect(detectLanguage(text(dutch, RUSSIAN, RUSSIAN))).toBe("russian");
  expect(detectLanguage(text(RUSSIAN, dutch, RUSSIAN))).toBe("russian");
  expect(detectLanguage(text(RUSSIAN, dutch, dutch))).toBe("dutch");
  expect(detectLanguage(text(dutch, RUSSIAN, dutch))).toBe("dutch");
  expect(detectLanguage(text(RUSSIAN, RUSSIAN, dutch))).toBe("russian");
});

/** From the first article of the Universal Declaration of Human Rights. */
const BORN_FREE: Record<string, string> = {
  arabic: "يولد جميع الناس أحرارا متساوين في الكرامة والحقوق، وقد وهبوا عقلا وضميرا.",
  armenian: "Բոլոր մարդիկ ծնվում են ազատ ու հավասար՝ իրենց արժանապատվությամբ և իրավունքներով։",
  catalan:
    "Tots els éssers humans neixen lliures i iguals en dignitat i en drets. Són dotats de raó.",
  danish:
    "Alle mennesker er født frie og lige i værdighed og rettigheder. De er udstyret med fornuft.",
  finnish: "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan.",
  greek: "Όλοι οι άνθρωποι γεννιούνται ελεύθεροι και ίσοι στην αξιοπρέπεια και τα δικαιώματα.",
  hindi: "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता और समानता प्राप्त है।",
  hungarian: "Minden emberi lény szabadon születik és egyenlő méltósága és joga van.",
  lithuanian:
    "Visi žmonės gimsta laisvi ir lygūs savo orumu ir teisėmis. Jiems suteiktas protas ir sąžinė.",
  nepali: "सबै व्यक्तिहरू जन्मजात स्वतन्त्र हुन् ती सबैको समान अधिकार र महत्व छ।",
  norwegian: "Alle mennesker er født frie og med samme menneskeverd og menneskerettigheter.",
  portuguese:
    "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de razão.",
  romanian: "Toate ființele umane se nasc libere și egale în demnitate și în drepturi.",
  serbian: "Сва људска бића рађају се слободна и једнака у достојанству и правима.",
  swedish:
    "Alla människor är födda fria och lika i värde och rättigheter. De har utrustats med förnuft.",
  tamil: "மனிதப் பிறிவியினர் சகலரும் சுதந்திரமாகவே பிறக்கின்றனர்; அவர்கள் மதிப்பிலும் உரிமைகளிலும் சமமானவர்கள்.",
  turkish:
    "Bütün insanlar hür, haysiyet ve haklar bakımından eşit doğarlar. Akıl ve vicdana sahiptirler.",
  yiddish: "יעדער מענטש ווערט געבוירן פֿרײַ און גלײַך אין כּבֿוד און רעכט.",
};

test.each(Object.entries(BORN_FREE))("there is a stemmer for %s", (language, text) => {
  expect(detectLanguage(text)).toBe(language);
});

/** Close neighbours that PostgreSQL has no stemmer for. */
const NEIGHBOURS: Record<string, string> = {
  estonian: "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja õigustelt.",
  latvian: "Visi cilvēki piedzimst brīvi un vienlīdzīgi savā pašcieņā un tiesībās.",
  polish: "Wszyscy ludzie rodzą się wolni i równi pod względem swej godności i swych praw.",
  czech: "Všichni lidé rodí se svobodní a sobě rovní co do důstojnosti a práv.",
  ukrainian: "Всі люди народжуються вільними і рівними у своїй гідності та правах.",
  bulgarian: "Всички хора се раждат свободни и равни по достойнство и права.",
  vietnamese: "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm và quyền.",
  hebrew: "כל בני האדם נולדו בני חורין ושווים בערכם ובזכויותיהם. כולם חוננו בתבונה ובמצפון.",
  korean: "모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다.",
};

test.each(Object.entries(NEIGHBOURS))("%s is not taken for a neighbour that has one", (_, text) => {
  expect(detectLanguage(text)).toBe("simple");
});
